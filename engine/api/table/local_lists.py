"""The rows of local authorization lists."""

from engine.api import problems
from engine.api.queries import PageQuery
from engine.api.resources import local_lists
from engine.api.routes import Body, Outcome, Route
from engine.api.table.parts import CHARGE_POINT
from engine.security.tokens import Scope

_PATH = f"{CHARGE_POINT}/local-list"

local_list_rows = (
    Route(
        method="GET",
        path=_PATH,
        operation="getLocalList",
        tag="Local lists",
        summary="Get what is known of a charge point's local authorization list",
        description="As it was acknowledged by the charge point; nothing is asked of it.",
        scope=Scope.read,
        handler=local_lists.get_local_list,
        outcomes={200: Outcome(description="The list.", type=local_lists.LocalListState)},
        problems=(problems.NOT_FOUND,),
    ),
    Route(
        method="GET",
        path=f"{_PATH}/entries",
        operation="listLocalListEntries",
        tag="Local lists",
        summary="List the id tags that a charge point has acknowledged",
        scope=Scope.read,
        handler=local_lists.list_local_list_entries,
        query=PageQuery,
        outcomes={200: Outcome(description="A page.", type=local_lists.LocalListPage)},
        problems=(problems.NOT_FOUND,),
    ),
    Route(
        method="POST",
        path=_PATH,
        operation="synchronizeLocalList",
        tag="Local lists",
        summary="Bring id tags to a charge point, which then knows them while it is offline",
        description="""
            Asks for the version that the charge point has, and sends only what has changed since
            if that version is known here; else the whole list. What does not fit into one
            SendLocalList goes out in several.
            """,
        scope=Scope.command,
        handler=local_lists.synchronize_local_list,
        body=Body(
            type=local_lists.Synchronization,
            required=False,
            example={"selector": {"parentIdTag": "FLEET-1"}},
        ),
        outcomes={
            200: Outcome(
                description="The charge point has the list.",
                type=local_lists.LocalListSynchronized,
            )
        },
        problems=(
            problems.NOT_FOUND,
            problems.CONFLICT,
            problems.NOT_CONNECTED,
            problems.CALL_ERROR,
            problems.INVALID_ANSWER,
            problems.TIMED_OUT,
            problems.CONNECTION_LOST,
        ),
    ),
)
