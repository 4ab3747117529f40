"""Whatever way a file is changed, it is noticed, and only once all is quiet."""

from pathlib import Path

from engine.policy.watching import signature


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
