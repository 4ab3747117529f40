"""`docs/cookbook.md`: each recipe compiles alone, and its tests see every rule both ways."""

import re
from pathlib import Path

import pytest

from engine.policy import compile_set, read_directory
from engine.policy.testing.coverage import coverage_of
from engine.policy.testing.runs import test_files
from tests.engine.policy.building import examples_in

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "cookbook.md").read_text()
SHIPPED = read_directory(ROOT / "policies")
RECIPES = dict(re.findall(r"^## (\d+\. [^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("title", RECIPES)
def test_each_recipe_passes_its_tests_and_goes_well_with_the_shipped_policies(title: str) -> None:
    files = examples_in(RECIPES[title])
    report = test_files(files)
    assert report.text() == f"{len(report.results)} passed, 0 failed"
    assert len(report.results) >= 2
    assert compile_set(SHIPPED | files).warnings == ()


@pytest.mark.parametrize("title", RECIPES)
def test_the_tests_of_each_recipe_see_every_rule_and_condition_both_ways(title: str) -> None:
    coverage = coverage_of(test_files(examples_in(RECIPES[title])))
    assert coverage.reaches(100), coverage.text()


def test_all_recipes_can_be_used_together_with_the_shipped_policies() -> None:
    everything = examples_in(PAGE)
    assert len(everything) == sum(len(examples_in(text)) for text in RECIPES.values())
    assert compile_set(SHIPPED | everything).warnings == ()


def test_the_table_of_recipes_leads_to_each() -> None:
    linked = re.findall(r"\[(\d+\. [^]]+)\]\(#([^)]+)\)", PAGE)
    assert sorted(title for title, _ in linked) == sorted(RECIPES)
    assert [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title, _ in linked] == [
        anchor for _, anchor in linked
    ]
