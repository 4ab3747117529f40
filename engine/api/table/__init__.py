"""The table of routes: all that the API can do. Starlette's routes and OpenAPI come from it."""

from engine.api.routes import Route
from engine.api.table.accounting import accounting_rows
from engine.api.table.charge_points import charge_point_rows
from engine.api.table.commands import command_rows
from engine.api.table.history import history_rows
from engine.api.table.id_tags import id_tag_rows
from engine.api.table.local_lists import local_list_rows
from engine.api.table.operation import operation_rows
from engine.api.table.policies import policy_rows

routes: tuple[Route, ...] = (
    *charge_point_rows,
    *command_rows,
    *id_tag_rows,
    *local_list_rows,
    *history_rows,
    *accounting_rows,
    *policy_rows,
    *operation_rows,
)

__all__ = ["routes"]
