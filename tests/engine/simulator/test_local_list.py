from engine.simulator.local_list import LocalList
from protocol.messages import (
    AuthorizationData,
    AuthorizationStatus,
    IdTagInfo,
    SendLocalListReq,
    UpdateStatus,
    UpdateType,
)


def an_update(version: int, kind: UpdateType, **tags: str | None) -> SendLocalListReq:
    """An update with the status of each tag; None takes a tag off the list."""
    return SendLocalListReq(
        list_version=version,
        update_type=kind,
        local_authorization_list=tuple(
            AuthorizationData(
                id_tag=tag,
                id_tag_info=IdTagInfo(status=AuthorizationStatus(status)) if status else None,
            )
            for tag, status in tags.items()
        ),
    )


FULL, DIFFERENTIAL = UpdateType.Full, UpdateType.Differential


def test_a_full_update_replaces_the_list() -> None:
    held = LocalList(max_length=10)
    held.update(an_update(1, FULL, A="Accepted", B="Accepted"))
    assert held.update(an_update(1, FULL, B="Blocked")) is UpdateStatus.Accepted
    assert (held.accepts("A"), held.accepts("B"), len(held)) == (False, False, 1)


def test_a_differential_update_adds_changes_and_removes() -> None:
    held = LocalList(max_length=10)
    held.update(an_update(1, FULL, A="Accepted", B="Accepted"))
    update = an_update(2, DIFFERENTIAL, A=None, B="Blocked", C="Accepted")
    assert held.update(update) is UpdateStatus.Accepted
    assert [held.accepts(tag) for tag in "ABc"] == [False, False, True]


def test_an_update_that_cannot_be_kept_changes_nothing() -> None:
    held = LocalList(max_length=2)
    held.update(an_update(5, FULL, A="Accepted"))
    old = an_update(5, DIFFERENTIAL, B="Accepted")
    too_long = an_update(6, DIFFERENTIAL, B="Accepted", C="Accepted")
    twice = an_update(6, DIFFERENTIAL, B="Accepted", b="Accepted")
    without_status = an_update(6, FULL, B=None)
    never_sent = an_update(0, FULL, B="Accepted")
    updates = (old, too_long, twice, without_status, never_sent)
    assert [held.update(update).value for update in updates] == [
        "VersionMismatch",
        "Failed",
        "Failed",
        "Failed",
        "Failed",
    ]
    assert (held.version, held.accepts("A"), len(held)) == (5, True, 1)
