"""
What the files of a policy directory are, by their paths relative to it, with `/`.

Letter case means nothing after the dot: `doors.YAML` is read, too.
"""

DATA_FOLDER = "data/"
_YAML = (".yaml", ".yml")
_TABLES = (*_YAML, ".csv")
_TESTS = ("_test.yaml", "_test.yml")


def _ends(file: str, endings: tuple[str, ...]) -> bool:
    stem, dot, ending = file.rpartition(".")
    return f"{stem}{dot}{ending.lower()}".endswith(endings)


def is_table(file: str) -> bool:
    return file.startswith(DATA_FOLDER) and _ends(file, _TABLES)


def is_test_file(file: str) -> bool:
    return _ends(file, _TESTS)


def is_policy_file(file: str) -> bool:
    return _ends(file, _YAML) and not is_test_file(file) and not is_table(file)


def counts(file: str) -> bool:
    """Whether it is any of these."""
    return _ends(file, _YAML) or is_table(file)
