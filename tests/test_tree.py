"""Tests mirror the tree: whoever looks for the tests of a module finds them under its name."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MIRRORED = [
    "protocol",
    "engine/central_system",
    "engine/cli",
    "engine/security",
    "engine/simulator",
    "engine/telemetry",
]
"""The folders whose every module, or folder of plain definitions, has a test module."""


def modules(folder: Path) -> set[Path]:
    """The modules below a folder, as paths without their ending; a package stands for itself."""
    found = {path.relative_to(ROOT).with_suffix("") for path in folder.rglob("*.py")}
    return {path.parent if path.name == "__init__" else path for path in found}


def mirrored(module: Path) -> Path:
    """Where the tests of a module are."""
    return Path("tests") / module.parent / f"test_{module.name}"


def is_tested(module: Path, tests: set[Path]) -> bool:
    """Whether a module, or the package it is in as a whole, has a test module of its name."""
    return mirrored(module) in tests or mirrored(module.parent) in tests


@pytest.mark.parametrize("root", MIRRORED)
def test_every_module_has_its_test_module(root: str) -> None:
    tests = modules(ROOT / "tests" / root)
    untested = [m for m in modules(ROOT / root) - {Path(root)} if not is_tested(m, tests)]
    assert sorted(map(str, untested)) == []


@pytest.mark.parametrize("root", MIRRORED)
def test_every_test_module_is_named_after_what_it_tests(root: str) -> None:
    names = {str(mirrored(module)) for module in modules(ROOT / root)}
    tests = [str(path) for path in modules(ROOT / "tests" / root) if path.name.startswith("test_")]
    stray = [test for test in tests if not test.startswith(tuple(names))]
    assert sorted(stray) == []
