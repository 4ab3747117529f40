"""`imports` make names short, as in the CEL Policy format."""

from tests.engine.policy.building import a_policy, a_set, problems, start, status

ITEM = "- { condition: type(now) == Timestamp, response: { idTagInfo: { status: Blocked } } }"


def imports(*names: str) -> str:
    rows = "".join(f"  - name: {name}\n" for name in names)
    return a_policy(ITEM, more=f"imports:\n{rows}")


def test_the_last_part_of_an_imported_name_is_short_for_it() -> None:
    assert status(start(a_set(imports("google.protobuf.Timestamp")))) == "Blocked"
    assert problems(imports("google.protobuf.Timestamp").replace("== T", "== .T")) == [
        "7:33: undeclared name `Timestamp`"
    ]
    assert problems(a_policy(ITEM)) == ["5:33: undeclared name `Timestamp`"]


def test_what_is_no_name_with_dots_is_refused_at_its_place() -> None:
    form = "wanted name of the form 'qualified.name'"
    assert problems(imports("google.protobuf.Timestamp", "bad", '" a.b! "')) == [
        f"5:11: invalid qualified name: bad, {form}",
        f"6:12: invalid qualified name: a.b!, {form}",
    ]


def test_one_short_name_is_for_one_name() -> None:
    same = "google.protobuf.Timestamp"
    assert problems(imports(same, same)) == []
    assert problems(imports(same, "other.Timestamp")) == [
        f"5:11: `Timestamp` is already short for `{same}`"
    ]
