"""Transactions between their decision and the disk: who counts must not miss them."""

from collections.abc import Iterator
from contextlib import contextmanager

from engine.policy.facts import Transaction


class Starting:
    """
    The accepted starts of this process that are not on disk yet.

    A start is counted from the moment it is decided. A reading of the store that is under way
    then may end before the start's commit or after it, so it is told of the start by itself: of
    two starts that race, the second one always sees the first.
    """

    __slots__ = ("_readings", "_transactions")

    def __init__(self) -> None:
        self._transactions: dict[int, Transaction] = {}
        self._readings: list[list[Transaction]] = []

    def begun(self, transaction: Transaction) -> None:
        """A start was decided."""
        if transaction.id_tag_status == "Accepted":
            self._transactions[transaction.transaction_id] = transaction
            for reading in self._readings:
                reading.append(transaction)

    def ended(self, transaction_id: int) -> None:
        """The start is on disk, or will never be."""
        self._transactions.pop(transaction_id, None)

    @contextmanager
    def reading(self) -> Iterator[list[Transaction]]:
        """All starts that what is read of the store meanwhile may lack."""
        seen = list(self._transactions.values())
        self._readings.append(seen)
        try:
            yield seen
        finally:
            # By identity: two readings may have seen the same.
            self._readings = [each for each in self._readings if each is not seen]
