"""An error says where in the file the part of the expression stands that failed."""

from engine.cel import CostExceeded, EvaluationError, compile
from engine.policy.deciding.placed import Cel, PlacedError

CEL = Cel(compile("1 / 0"), lambda start: f"f.yaml:1:{start + 1}")


def test_an_error_gets_the_place_where_it_happened() -> None:
    error = CEL.placed(EvaluationError("wrong", start=4))
    assert (type(error), error.message) == (PlacedError, "f.yaml:1:5: wrong")


def test_one_that_has_a_place_keeps_it() -> None:
    error = CEL.placed(EvaluationError("wrong"))
    assert CEL.placed(error) is error


def test_costs_stay_what_nothing_absorbs() -> None:
    assert isinstance(CEL.placed(CostExceeded("dear")), CostExceeded)
