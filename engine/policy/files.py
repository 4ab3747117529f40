"""
What the files of a policy directory are, by their paths relative to it, with `/`.

Letter case means nothing after the dot: `doors.YAML` is read, too.
"""

DATA_FOLDER = "data/"
SHARED_FOLDER = "shared/"
_YAML = (".yaml", ".yml")
_TABLES = (*_YAML, ".csv")
_TESTS = ("_test.yaml", "_test.yml")


def _ends(file: str, endings: tuple[str, ...]) -> bool:
    stem, dot, ending = file.rpartition(".")
    return f"{stem}{dot}{ending.lower()}".endswith(endings)


def is_table(file: str) -> bool:
    return file.startswith(DATA_FOLDER) and _ends(file, _TABLES)


def table_name(file: str) -> str:
    """What expressions call a table: `data.` and this."""
    return file.removeprefix(DATA_FOLDER).rpartition(".")[0]


def is_test_file(file: str) -> bool:
    return _ends(file, _TESTS)


def is_shared(file: str) -> bool:
    """Whether it has constants and variables for all policies: `shared.yaml`, `shared/….yaml`."""
    named = file.startswith(SHARED_FOLDER) or file.rpartition(".")[0] == "shared"
    return named and _ends(file, _YAML) and not is_test_file(file)


def is_policy_file(file: str) -> bool:
    special = is_test_file(file) or is_table(file) or is_shared(file)
    return _ends(file, _YAML) and not special


def counts(file: str) -> bool:
    """Whether it is any of these."""
    return _ends(file, _YAML) or is_table(file)
