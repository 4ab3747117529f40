"""A scope fits a charge point where each of its keys does."""

import pytest

from engine.policy.deciding.selector import Names, Selector, Who
from engine.policy.facts import ChargePoint
from protocol import messages as m
from tests.engine.policy.building import facts

WHO = Who("CP-1", ("depot", "berlin"), "ABB", "Terra 54")


@pytest.mark.parametrize(
    ("scope", "fits"),
    [
        ({"ids": ["CP-1"]}, True),
        ({"ids": ["cp-1"]}, False),
        ({"ids": ["CP-2", "CP-1"]}, True),
        ({"ids": ["CP-*"]}, True),
        ({"ids": ["*P*1"]}, True),
        ({"ids": ["*"]}, True),
        ({"ids": ["CP-?"]}, False),
        ({"ids": ["CP-1*1"]}, False),
        ({"ids": ["CP-1", "CP.1"]}, True),
        ({"ids": ["CP.1"]}, False),
        ({"groups": ["berlin"]}, True),
        ({"groups": ["Berlin"]}, False),
        ({"groups": ["paris", "ber*"]}, True),
        ({"vendors": ["abb"]}, True),
        ({"vendors": ["Alfen"]}, False),
        ({"models": ["TERRA *"]}, True),
        ({"ids": ["CP-1"], "vendors": ["ABB"], "models": ["Terra 54"]}, True),
        ({"ids": ["CP-1"], "vendors": ["Alfen"]}, False),
        ({}, True),
    ],
)
def test_a_key_has_one_name_that_fits_and_every_key_fits(
    scope: dict[str, list[str]], fits: bool
) -> None:
    folded = {"vendors", "models"}
    names = {key: Names(some, folded=key in folded) for key, some in scope.items()}
    assert Selector(**names).includes(WHO) is fits


def test_what_is_not_known_fits_no_name() -> None:
    nobody = Who("CP-1", (), None, None)
    for key in ("groups", "vendors", "models"):
        assert not Selector(**{key: Names(["*"])}).includes(nobody)


def test_a_boot_is_that_of_the_vendor_and_model_it_names() -> None:
    known = ChargePoint(id="CP-1", groups=("depot",), vendor="Old", model="One")
    boot = m.BootNotificationReq(charge_point_vendor="ABB", charge_point_model="Terra")
    asked = facts(boot, charge_point=known)
    assert Who.of("BootNotification", asked) == Who("CP-1", ("depot",), "ABB", "Terra")
    assert Who.of("Heartbeat", facts(charge_point=known)) == Who("CP-1", ("depot",), "Old", "One")
    assert Who.of("Heartbeat", facts(charge_point=None)) == Who(None, (), None, None)


def test_many_stars_take_no_longer_than_one() -> None:
    """Anybody may connect with any id: a pattern must not try all ways to fit it."""
    assert "a" * 20_000 not in Names(["*".join("a" * 60) + "b"])
    assert "a" * 20_000 + "b" in Names(["*".join("a" * 60) + "b"])
