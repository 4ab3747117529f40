"""The table of callbacks is whole."""

from engine.central_system.callbacks import CALLBACKS
from protocol.actions import Role, received_by


def test_every_action_of_a_charge_point_has_its_row() -> None:
    assert CALLBACKS.keys() == received_by(Role.CentralSystem)


def test_only_what_repeats_itself_is_answered_before_it_is_on_disk() -> None:
    at_once = {action for action, callback in CALLBACKS.items() if not callback.durable}
    assert at_once == {"Authorize", "Heartbeat"}


def test_transaction_messages_are_never_answered_with_a_call_error() -> None:
    transactional = {action for action, callback in CALLBACKS.items() if callback.transactional}
    assert transactional == {"MeterValues", "StartTransaction", "StopTransaction"}
