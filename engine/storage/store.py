"""The store: what must outlive a crash, behind one object."""

from typing import Self

from engine.storage.active_transactions import ActiveTransactions
from engine.storage.charge_points import ChargePoints
from engine.storage.commands import Commands
from engine.storage.connectors import Connectors
from engine.storage.database import Database
from engine.storage.databases import open_database
from engine.storage.decisions import Decisions
from engine.storage.exchanges import Exchanges
from engine.storage.faults import Faults
from engine.storage.id_tags import IdTags
from engine.storage.local_lists import LocalLists
from engine.storage.messages import Messages
from engine.storage.meter_values import MeterValues
from engine.storage.policy_revisions import PolicyRevisions
from engine.storage.probe import Probe
from engine.storage.reservations import Reservations
from engine.storage.retention import Keep, Retention
from engine.storage.running_transactions import RunningTransactions
from engine.storage.schema import require_current
from engine.storage.tokens import Tokens
from engine.storage.transaction_ids import TransactionIds
from engine.storage.transactions import Transactions
from engine.storage.unmatched_stops import UnmatchedStops
from engine.storage.writer import Writer


class Store:
    """
    A database with its tables as values.

    The repositories make `Write`s, which cost next to nothing; `write` puts them in the next
    group commit. Reads and the edits of operators are methods of the repositories.
    """

    def __init__(self, database: Database, *, group_seconds: float) -> None:
        self._database = database
        self._writer = Writer(database, group_seconds=group_seconds)
        self.write = self._writer.write
        self.submit = self._writer.submit
        self.on_commit = self._writer.on_commit
        self._probe = Probe(self._writer)
        self.running = RunningTransactions(database) if database.is_ours_alone else None
        """None where other processes write to the database, too."""
        if self.running is not None:
            self._writer.on_kept.append(self.running.kept)
        self.active_transactions = ActiveTransactions(database, self.running)
        self.charge_points = ChargePoints(database)
        self.commands = Commands(database)
        self.connectors = Connectors(database)
        self.decisions = Decisions(database)
        self.exchanges = Exchanges()
        self.faults = Faults(database)
        self.id_tags = IdTags(database)
        self.local_lists = LocalLists(database)
        self.messages = Messages(database)
        self.meter_values = MeterValues(database)
        self.policy_revisions = PolicyRevisions(database)
        self.reservations = Reservations(database)
        self.tokens = Tokens(database)
        self.transaction_ids = TransactionIds(database)
        self.transactions = Transactions(database)
        self.unmatched_stops = UnmatchedStops(database, self.running)

    @classmethod
    async def open(cls, url: str, *, group_seconds: float = 0.002) -> Self:
        """
        Open the database that `store.url` names; its schema must be the current one.

        Raises:
            StoreUnavailable: it can't be reached, or the URL names no usable database.
            SchemaMismatch: `upgrade` is due, or a newer Voltrule made the tables.
        """
        database = open_database(url)
        try:
            await database.read(require_current)
        except BaseException:
            await database.close()
            raise
        return cls(database, group_seconds=group_seconds)

    async def flush(self) -> None:
        """Wait until all that was written so far is on disk or has failed."""
        await self._writer.flush()

    async def probe(self) -> None:
        """
        Make sure that what is written now gets on disk.

        Raises:
            StoreUnavailable: it does not, or did not a moment ago.
        """
        await self._probe.write()

    @property
    def queued(self) -> int:
        """Calls that wait for their commit to begin."""
        return self._writer.queued

    def retention(self, keep: Keep) -> Retention:
        """What removes what is older than it is to be kept."""
        return Retention(self._database, keep)

    async def close(self) -> None:
        """Commit what is queued and let go of the database."""
        await self._writer.close()
        await self._database.close()
