"""Work beside a loop that answers gives way, and leaves all as it was."""

import gc
import sys

import pytest

from engine.policy.live.yielding import SWITCH_SECONDS, yielding


def test_the_loop_gets_its_turn_sooner_and_no_full_collection_stops_it() -> None:
    usual, thresholds = sys.getswitchinterval(), gc.get_threshold()
    with yielding():
        assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
        assert gc.get_threshold() == (*thresholds[:2], 1_000_000)
    assert (sys.getswitchinterval(), gc.get_threshold()) == (usual, thresholds)


def test_a_failure_leaves_all_as_it_was() -> None:
    usual, thresholds = sys.getswitchinterval(), gc.get_threshold()
    with pytest.raises(ValueError, match="broken"), yielding():
        raise ValueError("broken")
    assert (sys.getswitchinterval(), gc.get_threshold()) == (usual, thresholds)
