from engine.storage import Store
from protocol.messages import ChargePointErrorCode, ChargePointStatus
from tests.engine.storage.builders import a_connector, minutes


async def test_a_status_is_read_back(store: Store) -> None:
    connector = a_connector(
        status=ChargePointStatus.Faulted,
        error_code=ChargePointErrorCode.OtherError,
        info="E7",
        vendor_id="V",
        vendor_error_code="7",
    )
    await store.write(store.connectors.status("A", connector))
    assert await store.connectors.get("A", 1) == connector
    assert await store.connectors.get("A", 2) is None
    assert await store.connectors.get("B", 1) is None


async def test_the_last_status_replaces_the_one_before_also_within_a_group(store: Store) -> None:
    last = a_connector(status=ChargePointStatus.Preparing, updated_at=minutes(2))
    await store.write(
        store.connectors.status("A", a_connector(info="from before")),
        store.connectors.status("A", last),
    )
    assert await store.connectors.list("A") == (last,)


async def test_connectors_are_listed_in_the_order_of_their_numbers(store: Store) -> None:
    connectors = [a_connector(connector_id=number) for number in (10, 2, 0)]
    await store.write(*[store.connectors.status("A", connector) for connector in connectors])
    assert [connector.connector_id for connector in await store.connectors.list("A")] == [0, 2, 10]
