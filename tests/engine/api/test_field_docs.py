"""Docstrings of fields."""

import msgspec

from engine.api.field_docs import field_docs
from engine.policy.facts import Fact


class Base(Fact, frozen=True, kw_only=True):
    """A struct."""

    first: int
    """Of the base."""
    silent: int


class Derived(Base, frozen=True, kw_only=True):
    """A struct that derives from another."""

    second: int
    """
    Of the derived one,

    in two paragraphs.
    """


def test_a_field_has_the_docstring_below_it_also_in_what_derives() -> None:
    assert field_docs(Derived) == {
        "first": "Of the base.",
        "second": "Of the derived one,\n\nin two paragraphs.",
    }


def test_a_struct_made_at_run_time_has_none() -> None:
    assert field_docs(msgspec.defstruct("Made", ["name"])) == {}
