"""The store against a model of it in memory, over all orders of what charge points may do."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, delete

from engine.errors import Conflict
from engine.policy.facts import Tag, Transaction
from engine.storage import Counted, RowRefused, Store, flagged, is_superseded
from engine.storage.tables import counters, metadata
from protocol.messages import SampledValue
from tests.engine.storage.builders import (
    NOON,
    a_meter_value,
    a_tag,
    a_transaction,
    an_unmatched_stop,
    minutes,
)

T = TypeVar("T")
CHARGE_POINTS = st.sampled_from(["A", "B"])
TAGS = st.sampled_from(["tag", "TAG", "Tag", "other"])
STATUSES = st.sampled_from(["Accepted", "Accepted", "Blocked"])
FEW = st.integers(0, 2)


class StoreMachine(RuleBasedStateMachine):
    """What was written but not yet awaited is in `pending`, with the outcome it must have."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url
        self.loop = asyncio.new_event_loop()
        self.store = self.run(Store.open(url))
        self.run(self.store._database.transact(_delete_all))
        self.transactions: dict[int, Transaction] = {}
        self.values: dict[int, set[tuple[str, int, str]]] = {}
        self.tags: dict[str, Tag] = {}
        self.stops: set[tuple[int, int]] = set()
        self.odd_stops: set[tuple[str, str | None, int]] = set()
        self.last_id = 0
        self.pending: list[tuple[asyncio.Future[None], type[Exception] | None]] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def teardown(self) -> None:
        try:
            self.settle()
        finally:
            self.run(self.store.close())
            self.loop.close()

    def settle(self) -> None:
        """Wait for what is pending: each has the outcome it must have."""
        found = [self.run(_outcome(future)) for future, _ in self.pending]
        assert found == [expected for _, expected in self.pending]
        self.pending.clear()

    @initialize(size=FEW)
    def begin(self, size: int) -> None:
        """Some tags are there from the beginning."""
        for name in ["tag", "other"][:size]:
            self.put_tag(name, "Accepted")

    @rule(who=CHARGE_POINTS, connector=FEW, tag=TAGS, minute=FEW, meter=FEW, status=STATUSES)
    def start(
        self, who: str, connector: int, tag: str, minute: int, meter: int, status: str
    ) -> None:
        transaction = a_transaction(
            self.run(self.store.transaction_ids.next()),
            charge_point_id=who,
            connector_id=connector,
            id_tag=tag,
            started_at=minutes(minute),
            meter_start=meter,
            id_tag_status=status,
            parent_id_tag="Family" if tag == "other" else None,
        )
        assert self.last_id < transaction.transaction_id
        self.last_id = transaction.transaction_id
        known = _key(transaction) in map(_key, self.transactions.values())
        # The calls of a charge point are recorded one after the other.
        self.settle()
        superseded = self.superseded(transaction)
        future = self.store.write(
            self.store.transactions.started(transaction),
            *(self.store.active_transactions.superseded(i, minutes(90)) for i in superseded),
        )
        self.pending.append((future, Conflict if known else None))
        if not known:
            for id_ in superseded:
                self.supersede(id_)
            self.transactions[transaction.transaction_id] = transaction

    def superseded(self, by: Transaction) -> list[int]:
        who, connector = by.charge_point_id, by.connector_id
        running = self.run(self.store.active_transactions.running_on(who, connector))
        found = [each.transaction_id for each in running if is_superseded(each, by)]
        of_it = [each for each in self.transactions.values() if each.charge_point_id == who]
        assert sorted(found) == [e.transaction_id for e in of_it if is_superseded(e, by)]
        return found

    def supersede(self, transaction_id: int) -> None:
        changes = {"abandoned_at": minutes(90), "abandoned_reason": "NewTransaction"}
        known = self.transactions[transaction_id]
        self.transactions[transaction_id] = msgspec.structs.replace(known, **changes)

    @precondition(lambda self: self.transactions)
    @rule(data=st.data(), minute=FEW)
    def stop(self, data: st.DataObject, minute: int) -> None:
        # Not one given soon: in a group a start comes before its stop, however they were written.
        transaction_id = data.draw(st.sampled_from([*self.transactions, 2**30]))
        stop = an_unmatched_stop(
            transaction_id=transaction_id,
            charge_point_id="A",
            stopped_at=minutes(60 + minute),
            meter_stop=minute,
            reason="Remote",
        )
        changes = {"stopped_at": stop.stopped_at, "meter_stop": minute, "reason": "Remote"}
        write = self.store.write(
            self.store.transactions.stopped(transaction_id, **changes),  # type: ignore[arg-type]
            self.store.unmatched_stops.another(stop, transaction_id),
        )
        self.pending.append((write, None))
        known = self.transactions.get(transaction_id)
        if known is not None and known.stopped_at is None:
            free = {"abandoned_at": None, "abandoned_reason": None}
            self.transactions[transaction_id] = flagged(
                msgspec.structs.replace(known, **changes, **free)
            )
        elif known is not None and known.stopped_at != stop.stopped_at:
            self.stops.add((transaction_id, minute))

    @rule(who=CHARGE_POINTS, tag=TAGS, minute=FEW)
    def stop_without_id(self, who: str, tag: str, minute: int) -> None:
        stop = an_unmatched_stop(
            transaction_id=-1, charge_point_id=who, id_tag=tag, meter_stop=minute
        )
        self.pending.append((self.store.write(self.store.unmatched_stops.recorded(stop)), None))
        self.odd_stops.add((who, tag, minute))

    @precondition(lambda self: self.transactions)
    @rule(data=st.data(), connector=FEW, values=st.lists(FEW, max_size=3), minute=FEW)
    def measure(self, data: st.DataObject, connector: int, values: list[int], minute: int) -> None:
        transaction = data.draw(st.sampled_from([*self.transactions.values()]))
        id_, who = transaction.transaction_id, transaction.charge_point_id
        sampled = a_meter_value(*[SampledValue(value=str(v)) for v in values], time=minutes(minute))
        writes = self.store.meter_values.recorded(who, connector, id_, [sampled])
        self.pending.append((self.store.write(*writes), None))
        kept = self.values.setdefault(id_, set())
        kept |= {(minutes(minute).isoformat(), connector, str(value)) for value in values}

    @rule(who=CHARGE_POINTS)
    def poison(self, who: str) -> None:
        transaction = a_transaction(self.last_id + 1000, meter_start=2**64, charge_point_id=who)
        write = self.store.transactions.started(transaction)
        self.pending.append((self.store.write(write), RowRefused))

    @rule(tag=TAGS, status=st.sampled_from(["Accepted", "Blocked"]))
    def put_tag(self, tag: str, status: str) -> None:
        made = a_tag(id_tag=tag, status=status)
        self.run(self.store.id_tags.put(made, time=NOON))
        self.tags[tag.casefold()] = made

    @precondition(lambda self: self.tags)
    @rule(data=st.data())
    def delete_tag(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from([*self.tags]))
        self.run(self.store.id_tags.delete(key.upper()))
        del self.tags[key]

    @rule()
    def reopen(self) -> None:
        self.run(self.store.close())
        self.settle()
        self.store = self.run(Store.open(self.url))

    @rule()
    def wait(self) -> None:
        self.settle()
        page = self.run(self.store.transactions.list(limit=1000))
        assert {t.transaction_id: t for t in page.items} == self.transactions
        for transaction in self.transactions.values():
            found = self.store.transactions.find_start(
                transaction.charge_point_id,
                transaction.connector_id,
                transaction.id_tag.upper(),
                transaction.started_at,
                transaction.meter_start,
            )
            assert self.run(found) == transaction

    @rule(who=CHARGE_POINTS, tag=TAGS)
    def wait_for_counts(self, who: str, tag: str) -> None:
        self.settle()
        found = self.run(self.store.active_transactions.of(who, tag, "FAMILY"))
        assert {each.transaction_id for each in found} == {
            id_
            for id_, each in self.transactions.items()
            if (each.stopped_at, each.abandoned_at) == (None, None)
            and each.id_tag_status == "Accepted"
            and (each.charge_point_id == who or _same(each.id_tag, tag) or each.parent_id_tag)
        }

    @rule(who=CHARGE_POINTS, tag=TAGS)
    def wait_for_counts_in_memory(self, who: str, tag: str) -> None:
        self.settle()
        running = self.store.running
        if running is None:
            return
        self.run(running.load())
        active = [
            each
            for each in self.transactions.values()
            if (each.stopped_at, each.abandoned_at) == (None, None)
            and each.id_tag_status == "Accepted"
        ]
        assert running.count(who, tag.casefold(), "FAMILY", None) == Counted(
            sum(_same(each.id_tag, tag) for each in active),
            sum(each.parent_id_tag is not None for each in active),
            sum(each.charge_point_id == who for each in active),
        )

    @rule()
    def wait_for_stops(self) -> None:
        self.settle()
        stops = self.run(self.store.unmatched_stops.list(limit=1000)).items
        other = {(s.transaction_id, s.meter_stop) for s in stops if s.transaction_id != -1}
        odd = {(s.charge_point_id, s.id_tag, s.meter_stop) for s in stops if s.transaction_id == -1}
        assert (other, odd) == (self.stops, self.odd_stops)
        assert len(stops) == len(other) + len(odd)

    @rule()
    def wait_for_meter_values(self) -> None:
        self.settle()
        for transaction_id in self.transactions:
            items = self.run(self.store.meter_values.list(transaction_id)).items
            found = [
                (item.measured_at.isoformat(), item.connector_id, item.value) for item in items
            ]
            assert sorted(found) == sorted(self.values.get(transaction_id, set()))

    @invariant()
    def tags_are_those_that_were_put(self) -> None:
        for name in ("TAG", "other", "unknown"):
            tag = self.run(self.store.id_tags.get(name))
            assert tag == self.tags.get(name.casefold())


async def _outcome(future: asyncio.Future[None]) -> type[Exception] | None:
    try:
        await future
    except Exception as error:
        return type(error)
    return None


def _key(transaction: Transaction) -> tuple[object, ...]:
    return (
        transaction.charge_point_id,
        transaction.connector_id,
        transaction.id_tag.casefold(),
        transaction.started_at,
        transaction.meter_start,
    )


def _same(left: str, right: str) -> bool:
    return left.casefold() == right.casefold()


def _delete_all(connection: Connection) -> None:
    for table in metadata.sorted_tables:
        if table is not counters:
            connection.execute(delete(table))


def test_the_store_does_what_the_model_does(store_url: str) -> None:
    run_state_machine_as_test(
        partial(StoreMachine, store_url),  # type: ignore[arg-type] # any factory will do
        settings=settings(
            max_examples=20 if store_url.startswith("sqlite") else 10,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
