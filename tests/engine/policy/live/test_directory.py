"""A policy directory is read with its folders and through its links, without what is hidden."""

import os
from pathlib import Path

import pytest

from engine.policy.files import is_policy_file, is_test_file
from engine.policy.live.directory import read_directory, signature
from engine.policy.problems import PolicyProblems

GOOD = b"name: p"


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def test_a_directory_is_read_with_its_folders_but_not_what_is_hidden(tmp_path: Path) -> None:
    good = ["a.yaml", "data/t.csv", "sites/b.yml"]
    hidden = [".git/c.yaml", ".a.yaml.swp", "readme.md", "a.yaml~"]
    write(tmp_path, dict.fromkeys([*good, *hidden], GOOD))
    assert sorted(read_directory(tmp_path)) == good


def test_a_config_map_is_read_once_through_its_links(tmp_path: Path) -> None:
    write(tmp_path, {"..1/a.yaml": GOOD})
    os.symlink("..1", tmp_path / "..data")
    os.symlink("..data/a.yaml", tmp_path / "a.yaml")
    assert read_directory(tmp_path) == {"a.yaml": GOOD}


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": GOOD})
    os.symlink(tmp_path, tmp_path / "again")
    assert read_directory(tmp_path) == {"a.yaml": GOOD}


def test_a_link_to_nothing_is_a_problem_and_its_going_a_change(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": GOOD})
    os.symlink("..data/b.yaml", tmp_path / "b.yaml")
    with pytest.raises(PolicyProblems, match=r"b\.yaml:1:1: the link leads to `\.\.data/b\.yaml`"):
        read_directory(tmp_path)
    before = signature(tmp_path)
    (tmp_path / "b.yaml").unlink()
    assert signature(tmp_path) != before
    assert read_directory(tmp_path) == {"a.yaml": GOOD}


def test_a_file_in_the_place_of_a_directory_is_a_problem_with_a_hint(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": GOOD})
    with pytest.raises(PolicyProblems) as caught:
        read_directory(tmp_path / "a.yaml")
    (problem,) = caught.value.problems
    assert problem.message == "the policy directory is not usable: it is a file"
    assert problem.hint == f"name its directory: `{tmp_path}`"


def test_a_directory_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(PolicyProblems, match="is not usable: there is no such directory"):
        read_directory(tmp_path / "nowhere")


def test_every_change_changes_the_signature(tmp_path: Path) -> None:
    seen = {signature(tmp_path)}
    (tmp_path / "a.yaml").write_text("a")
    seen.add(signature(tmp_path))
    (tmp_path / "a.yaml").write_text("ab")
    seen.add(signature(tmp_path))
    (tmp_path / "b.yaml").write_text("ab")
    (tmp_path / "b.yaml").replace(tmp_path / "a.yaml")
    seen.add(signature(tmp_path))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "t.csv").write_text("")
    seen.add(signature(tmp_path))
    assert len(seen) == 5


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    (tmp_path / "..1").mkdir()
    (tmp_path / "..2").mkdir()
    for folder in ("..1", "..2"):
        (tmp_path / folder / "a.yaml").write_text("a")
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    (tmp_path / "again").symlink_to(tmp_path)
    before = signature(tmp_path)
    (tmp_path / "new").symlink_to("..2")
    (tmp_path / "new").replace(tmp_path / "..data")
    assert signature(tmp_path) != before


def test_a_directory_that_is_not_there_has_an_empty_signature(tmp_path: Path) -> None:
    assert signature(tmp_path / "nowhere") == frozenset()


def test_files_that_do_not_count_change_nothing(tmp_path: Path) -> None:
    before = signature(tmp_path)
    write(tmp_path, {".git/index": b"", ".a.yaml.swp": b"", "server.log": b"", "..1/a.yaml": b""})
    assert signature(tmp_path) == before


def test_files_are_told_apart_by_their_names() -> None:
    files = ["a.yaml", "sites/b.yml", "a_test.yaml", "data/t.yaml", "data/t.csv", "data/x/t.yaml"]
    assert list(filter(is_policy_file, files)) == ["a.yaml", "sites/b.yml"]
    assert list(filter(is_test_file, files)) == ["a_test.yaml"]
