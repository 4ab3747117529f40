import re

import pytest

from protocol.actions import (
    Action,
    Profile,
    Role,
    Sender,
    actions,
    by_request,
    received_by,
    sent_by,
)

each_action = pytest.mark.parametrize("action", actions.values(), ids=lambda action: action.name)


def test_a_charge_point_sends_fourteen_actions() -> None:
    assert sorted(sent_by(Role.ChargePoint)) == [
        "Authorize",
        "BootNotification",
        "DataTransfer",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "Heartbeat",
        "LogStatusNotification",
        "MeterValues",
        "SecurityEventNotification",
        "SignCertificate",
        "SignedFirmwareStatusNotification",
        "StartTransaction",
        "StatusNotification",
        "StopTransaction",
    ]


def test_a_central_system_sends_the_other_25_and_data_transfer() -> None:
    assert len(actions) == 39
    assert len(sent_by(Role.CentralSystem)) == 26
    assert sent_by(Role.CentralSystem) & sent_by(Role.ChargePoint) == {"DataTransfer"}
    assert sent_by(Role.CentralSystem) | sent_by(Role.ChargePoint) == set(actions)
    assert actions["DataTransfer"].sender is Sender.Both


def test_what_one_side_sends_the_other_receives() -> None:
    assert received_by(Role.CentralSystem) == sent_by(Role.ChargePoint)
    assert received_by(Role.ChargePoint) == sent_by(Role.CentralSystem)


@each_action
def test_an_action_and_its_messages_have_the_same_name(action: Action) -> None:
    assert action.request.__name__ == f"{action.name}Req"
    assert action.confirmation.__name__ == f"{action.name}Conf"
    assert by_request[action.request] is actions[action.name] is action


@each_action
def test_the_docstring_of_a_request_names_the_section_and_the_sender(action: Action) -> None:
    doc = action.request.__doc__ or ""
    for section in re.findall(r"§[\d.]+\d", action.section):
        assert section in doc
    ways = {
        Sender.ChargePoint: "Charge point → central system",
        Sender.CentralSystem: "Central system → charge point",
        Sender.Both: "Both ways",
    }
    assert ways[action.sender] in doc


def test_each_profile_has_its_actions() -> None:
    count = dict.fromkeys(Profile, 0)
    for action in actions.values():
        count[action.profile] += 1
    assert list(count.values()) == [16, 4, 2, 2, 3, 1, 11]
