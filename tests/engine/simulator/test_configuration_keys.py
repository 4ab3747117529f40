import pytest

from engine.simulator.configuration_keys import ConfigurationKeys
from protocol.messages import ConfigurationStatus, KeyValue


def the_keys() -> ConfigurationKeys:
    return ConfigurationKeys(connectors=2, sample_seconds=1)


def test_without_names_all_keys_are_read() -> None:
    known, unknown = the_keys().read(None)
    assert unknown == []
    assert KeyValue(key="NumberOfConnectors", readonly=True, value="2") in known
    assert len(known) == len(the_keys().read([])[0]) > 40


def test_unknown_names_are_named() -> None:
    known, unknown = the_keys().read(["numberofconnectors", "X"])
    assert [key.key for key in known] == ["NumberOfConnectors"]
    assert unknown == ["X"]


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("HeartbeatInterval", "60", ConfigurationStatus.Accepted),
        ("HeartbeatInterval", "-1", ConfigurationStatus.Rejected),
        ("LocalPreAuthorize", "TRUE", ConfigurationStatus.Accepted),
        ("LocalPreAuthorize", "maybe", ConfigurationStatus.Rejected),
        ("SupportedFeatureProfiles", "Core", ConfigurationStatus.Rejected),
        ("WebSocketPingInterval", "60", ConfigurationStatus.RebootRequired),
        ("AuthorizationKey", "00" * 16, ConfigurationStatus.Accepted),
        ("AuthorizationKey", "00" * 15, ConfigurationStatus.Rejected),
        ("AuthorizationKey", "zz" * 16, ConfigurationStatus.Rejected),
        ("Nothing", "1", ConfigurationStatus.NotSupported),
    ],
)
def test_a_change_is_answered_by_what_the_key_takes(
    name: str, value: str, status: ConfigurationStatus
) -> None:
    keys = the_keys()
    assert keys.change(name, value) is status
    if status is ConfigurationStatus.Accepted:
        assert keys[name] == value
