"""What the API's handlers work with."""

from collections.abc import Callable

import msgspec

from engine.central_system import CentralSystem
from engine.config import AdminSettings
from engine.policy.live.host import PolicyHost
from engine.storage import Store
from engine.telemetry.metrics import Metrics


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of the engine that the API shows and acts on."""

    store: Store
    central_system: CentralSystem
    policies: PolicyHost
    metrics: Metrics
    settings: AdminSettings
    mask_id_tags: bool
    """Whether decisions show id tags only in part."""
    ocpp_listening: Callable[[], bool]
    """Says whether charge points can connect now."""
    openapi: bytes
    """The OpenAPI document."""
    reference: bytes
    """The document as a page."""
