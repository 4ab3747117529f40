"""The rows of charge points."""

from engine.api import problems
from engine.api.resources import charge_points
from engine.api.routes import Body, Outcome, Route
from engine.api.table.parts import CHARGE_POINT, ETAG, IF_MATCH, IF_NONE_MATCH
from engine.security.tokens import Scope

charge_point_rows = (
    Route(
        method="GET",
        path="/v1/charge-points",
        operation="listChargePoints",
        tag="Charge points",
        summary="List the charge points",
        description="All that are registered or have connected, by id.",
        scope=Scope.read,
        handler=charge_points.list_charge_points,
        query=charge_points.ChargePointsQuery,
        outcomes={200: Outcome(description="A page.", type=charge_points.ChargePointPage)},
    ),
    Route(
        method="GET",
        path=CHARGE_POINT,
        operation="getChargePoint",
        tag="Charge points",
        summary="Get a charge point",
        description="Its registration, last boot, connectors with their status, and connection.",
        scope=Scope.read,
        handler=charge_points.get_charge_point,
        outcomes={
            200: Outcome(
                description="The charge point.", type=charge_points.ChargePointState, headers=ETAG
            )
        },
        problems=(problems.NOT_FOUND,),
    ),
    Route(
        method="PUT",
        path=CHARGE_POINT,
        operation="putChargePoint",
        tag="Charge points",
        summary="Register a charge point, or replace its registration",
        description="""
            What is left out is emptied, but not the password: that stays unless it is given.
            The next message of the charge point is decided with what is registered now.
            """,
        scope=Scope.admin,
        handler=charge_points.put_charge_point,
        body=Body(
            type=charge_points.ChargePointEdit,
            required=False,
            example={"groups": ["depot"], "labels": {"site": "Berlin"}},
        ),
        request_headers={**IF_MATCH, **IF_NONE_MATCH},
        outcomes={
            200: Outcome(
                description="It was known and is registered.",
                type=charge_points.ChargePointState,
                headers=ETAG,
            ),
            201: Outcome(
                description="It is new.", type=charge_points.ChargePointState, headers=ETAG
            ),
        },
        problems=(problems.PRECONDITION_FAILED, problems.CONFLICT),
    ),
    Route(
        method="PATCH",
        path=CHARGE_POINT,
        operation="patchChargePoint",
        tag="Charge points",
        summary="Change some of a registration",
        description="""
            A JSON merge patch (RFC 7396): what is given is replaced, null removes, for example
            `{"labels": {"site": null}}`. `{"password": null}` removes the password. A charge
            point that only connected becomes registered.
            """,
        scope=Scope.admin,
        handler=charge_points.patch_charge_point,
        body=Body(
            type=charge_points.ChargePointEdit,
            merge_patch=True,
            example={"labels": {"site": "Hamburg"}},
        ),
        request_headers=IF_MATCH,
        outcomes={
            200: Outcome(
                description="The charge point as it is now.",
                type=charge_points.ChargePointState,
                headers=ETAG,
            )
        },
        problems=(problems.NOT_FOUND, problems.PRECONDITION_FAILED),
    ),
    Route(
        method="DELETE",
        path=CHARGE_POINT,
        operation="deleteChargePoint",
        tag="Charge points",
        summary="Forget a charge point",
        description="""
            Removes its registration, password and boot data; transactions and decisions stay. If
            it is connected, the connection is closed; when it comes back, the Connect policy
            decides on it as on any charge point that nobody knows.
            """,
        scope=Scope.admin,
        handler=charge_points.delete_charge_point,
        request_headers=IF_MATCH,
        outcomes={204: Outcome(description="It is forgotten.")},
        problems=(problems.NOT_FOUND, problems.PRECONDITION_FAILED),
    ),
)
