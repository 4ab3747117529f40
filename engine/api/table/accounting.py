"""The rows of what stands beside transactions: reservations before them, stops without one."""

from engine.api import problems
from engine.api.resources import reservations, unmatched_stops
from engine.api.routes import Body, Outcome, Route
from engine.security.tokens import Scope
from engine.storage import UnmatchedStop

accounting_rows = (
    Route(
        method="GET",
        path="/v1/reservations",
        operation="listReservations",
        tag="Reservations",
        summary="List the reservations",
        description=(
            "The last accepted first. They are made and ended by commands (ReserveNow,"
            " CancelReservation) and by what the charge point does."
        ),
        scope=Scope.read,
        handler=reservations.list_reservations,
        query=reservations.ReservationsQuery,
        outcomes={200: Outcome(description="A page.", type=reservations.ReservationPage)},
    ),
    Route(
        method="GET",
        path="/v1/unmatched-stops",
        operation="listUnmatchedStops",
        tag="Transactions",
        summary="List the stops that ended no transaction at first",
        description=(
            "A StopTransaction that names no transaction of its charge point, or one that has"
            " another stop already. Those that could be reconciled say with which transaction."
        ),
        scope=Scope.read,
        handler=unmatched_stops.list_unmatched_stops,
        query=unmatched_stops.UnmatchedStopsQuery,
        outcomes={200: Outcome(description="A page.", type=unmatched_stops.UnmatchedStopPage)},
    ),
    Route(
        method="POST",
        path="/v1/unmatched-stops/{stopId}/match",
        operation="matchUnmatchedStop",
        tag="Transactions",
        summary="Let a stop end a transaction",
        description=(
            "The transaction gets the time, the meter reading and the meter values of the stop,"
            " and says `reconciled: operator`. It can't be taken back."
        ),
        scope=Scope.admin,
        handler=unmatched_stops.match_unmatched_stop,
        body=Body(type=unmatched_stops.StopMatch, example={"transactionId": 1}),
        outcomes={200: Outcome(description="The stop is matched.", type=UnmatchedStop)},
        problems=(problems.NOT_FOUND, problems.CONFLICT),
    ),
)
