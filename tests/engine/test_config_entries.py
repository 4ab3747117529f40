from pathlib import Path

import pytest

from engine.config_entries import KEYS, Entry, Problems, from_environment, from_file
from engine.errors import ConfigError


def read(tmp_path: Path, text: str) -> tuple[list[Entry], list[str]]:
    """The entries of a configuration file, and its problems without their directory."""
    file = tmp_path / "config.yaml"
    file.write_text(text)
    problems = Problems()
    entries = list(from_file(file, problems))
    return entries, [str(problem).replace(f"{tmp_path}/", "") for problem in problems.found]


def test_a_value_knows_its_place(tmp_path: Path) -> None:
    entries, problems = read(tmp_path, "store:\n  url: sqlite:///a.db\n")
    place = f"{tmp_path}/config.yaml:2:8"
    assert (entries, problems) == ([Entry("store.url", "sqlite:///a.db", place)], [])


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "ocpp:\n", "ocpp:\nadmin: {}\n"])
def test_a_file_and_its_sections_may_be_empty(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == ([], [])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "stor:\n  url: x\n",
            "config.yaml:1:1: there is no section `stor`\nhint: did you mean `store`?",
        ),
        (
            "store:\n  ulr: x\n",
            "config.yaml:2:3: there is no key `ulr` in section `store`\nhint: did you mean `url`?",
        ),
        (
            "cluster:\n  nodes: 3\n",
            "config.yaml:2:3: there is no key `nodes` in section `cluster`\n"
            "hint: the keys are: redis_url",
        ),
        ("ocpp: 9000\n", "config.yaml:1:7: `ocpp` is a section: it holds keys, no value"),
        ("- ocpp\n", "config.yaml:1:1: a configuration file holds sections with keys"),
        (
            "ocpp: {}\n---\nadmin: {}\n",
            "config.yaml:3:1: a configuration file holds one document only",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    assert read(tmp_path, text)[1] == [problem]


def test_broken_yaml_is_told_with_its_place(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, "ocpp: {listen: 'x\n")[1]
    assert problem.startswith("config.yaml:1:16: ")


def test_a_file_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(ConfigError) as caught:
        list(from_file(Path("missing.yaml"), Problems()))
    assert str(caught.value) == (
        "can't read the configuration file `missing.yaml`: no such file or directory\n"
        "hint: name another file with --config, or none to run on the defaults"
    )


def test_every_key_has_its_variable() -> None:
    names = [f"VOLTRULE_{key.upper().replace('.', '__')}" for key in KEYS]
    entries = list(from_environment(dict.fromkeys(names, "x"), Problems()))
    assert sorted(entry.key for entry in entries) == sorted(KEYS)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("VOLTRULE_STORE__ULR", "did you mean `VOLTRULE_STORE__URL`?"),
        (
            "VOLTRULE_STORE_URL",
            "did you mean `VOLTRULE_STORE__URL`, with two underscores after the section?",
        ),
        ("VOLTRULE_QQ__ZZZZZZZZZZZZ", "`voltrule config` lists all settings"),
    ],
)
def test_a_variable_that_is_no_setting_is_a_mistake(name: str, hint: str) -> None:
    problems = Problems()
    assert list(from_environment({name: "x"}, problems)) == []
    expected = f"environment {name}: there is no such setting\nhint: {hint}"
    assert list(map(str, problems.found)) == [expected]


def test_variables_of_others_and_empty_ones_are_left_alone() -> None:
    problems = Problems()
    # Kubernetes sets the first two for a service called voltrule.
    names = ("VOLTRULE_PORT", "VOLTRULE_SERVICE_HOST", "VOLTRULE_CONFIG", "HOME")
    environment = dict.fromkeys(names, "x") | {"VOLTRULE_ADMIN__TOKEN": ""}
    assert list(from_environment(environment, problems)) == []
    assert problems.found == []
