"""What the files of a policy directory are, by their paths relative to it, with `/`."""

DATA_FOLDER = "data/"
_YAML = (".yaml", ".yml")
_TABLES = (*_YAML, ".csv")
_TESTS = ("_test.yaml", "_test.yml")


def is_table(file: str) -> bool:
    return file.startswith(DATA_FOLDER) and file.endswith(_TABLES)


def is_test_file(file: str) -> bool:
    return file.endswith(_TESTS)


def is_policy_file(file: str) -> bool:
    return file.endswith(_YAML) and not is_test_file(file) and not is_table(file)


def counts(file: str) -> bool:
    """Whether it is any of these."""
    return file.endswith(_YAML) or is_table(file)
