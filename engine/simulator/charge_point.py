"""A simulated charge point: it boots, charges vehicles and obeys commands."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC
from typing import Any

from engine.simulator.certificates import CertificateStore
from engine.simulator.charging_profiles import ChargingProfiles
from engine.simulator.configuration_keys import ConfigurationKeys
from engine.simulator.connector import Charging, Connector
from engine.simulator.link import Link, Refused, Reply, Unanswered
from engine.simulator.local_list import LocalList
from engine.simulator.observer import Observer
from protocol.actions import Action
from protocol.messages import (
    BootNotificationReq,
    ChargePointErrorCode,
    ChargePointStatus,
    DiagnosticsStatus,
    FirmwareStatus,
    FirmwareStatusEnumType,
    HeartbeatReq,
    Reason,
    RegistrationStatus,
    StatusNotificationReq,
    UploadLogStatusEnumType,
)
from protocol.types import Message, Timestamp

BOOT_WAIT_SECONDS = 10.0
"""Between BootNotifications where the central system leaves the time to us (interval 0)."""

Answer = Callable[["ChargePoint", Action, Message], Reply]


class ChargePoint:
    """
    One charge point with its connectors.

    Args:
        url: the central system's address, without the identity.
        answer: what it answers a command (`engine.simulator.commands`).
        sample_seconds: the first value of MeterValueSampleInterval.
        speed: how many times faster than real time its waits pass.
    """

    def __init__(
        self,
        identity: str,
        url: str,
        *,
        answer: Answer,
        observer: Observer,
        connectors: int = 2,
        password: bytes | None = None,
        sample_seconds: int = 1,
        speed: float = 1.0,
    ) -> None:
        self.identity = identity
        self.observer = observer
        self.whole = Connector(0)
        self.connectors = {number: Connector(number) for number in range(1, connectors + 1)}
        self.configuration = ConfigurationKeys(connectors=connectors, sample_seconds=sample_seconds)
        self.local_list = LocalList(max_length=self.configuration.number("LocalAuthListMaxLength"))
        self.profiles = ChargingProfiles()
        self.certificates = CertificateStore()
        self.firmware_version = "1.0.0"
        self.diagnostics_status = DiagnosticsStatus.Idle
        self.firmware_status = FirmwareStatus.Idle
        self.signed_firmware_status = FirmwareStatusEnumType.Idle
        self.log_status = UploadLogStatusEnumType.Idle
        self.request_ids: dict[str, int] = {}
        """The request ids of a running GetLog and SignedUpdateFirmware."""
        self.last_transaction_id: int | None = None
        """The transaction that a scenario's single messages are about."""
        self.accepted = asyncio.Event()
        self._speed = speed
        self._tasks: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._heart: asyncio.Task[None] | None = None
        self.link = Link(
            url,
            identity,
            password=password,
            answer=lambda action, request: answer(self, action, request),
            background=self.in_background,
            observer=observer,
        )

    @contextlib.asynccontextmanager
    async def connected(self, *, attempts: int | None = 3) -> AsyncIterator[None]:
        """
        Hold the connection open while the body runs.

        Raises:
            Refused: if the central system does not let it in, or is not there.
        """
        try:
            async with asyncio.TaskGroup() as tasks:
                self._tasks = tasks
                line = tasks.create_task(self.link.run(attempts=attempts))
                try:
                    yield
                finally:
                    await self.link.close()
                    for task in (line, *self._running):
                        task.cancel()
        except BaseExceptionGroup as group:
            refusals = [error for error in group.exceptions if isinstance(error, Refused)]
            raise (refusals or group.exceptions)[0] from None

    def in_background(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Do something while other things go on; a Call that fails is counted, not raised."""
        assert self._tasks is not None, "only while connected"
        task = self._tasks.create_task(_forgiving(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def wait(self, seconds: float, until: asyncio.Event | None = None) -> bool:
        """Let simulated time pass; returns early, and True, when `until` happens."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds / self._speed):
                await (until or asyncio.Event()).wait()
                return True
        return False

    async def call(self, request: Message) -> Any:
        """
        Send a request and return its confirmation.

        Raises:
            Unanswered: with the reason; it has been counted.
        """
        return await self.link.call(request)

    async def report(self, request: Message) -> Any:
        """
        Send a request about a transaction until it is answered.

        OCPP 1.6 §3.7: such messages are queued while offline and tried again, up to
        TransactionMessageAttempts times, with a growing pause after each failure.
        """
        attempts = max(self.configuration.number("TransactionMessageAttempts"), 1)
        for attempt in range(1, attempts):
            with contextlib.suppress(Unanswered):
                return await self.call(request)
            pause = self.configuration.number("TransactionMessageRetryInterval") * attempt
            await self.wait(pause)
        return await self.call(request)

    async def boot(self) -> None:
        """Send BootNotification until it is Accepted, as patiently as asked; then all statuses."""
        self.accepted.clear()
        while not self.accepted.is_set():
            pause = BOOT_WAIT_SECONDS
            with contextlib.suppress(Unanswered):
                pause = await self.notify_boot() or BOOT_WAIT_SECONDS
            # §4.2: "the interval field indicates the minimum wait time before sending a next
            # BootNotification"; a triggered one may be Accepted earlier.
            if not self.accepted.is_set():
                await self.wait(pause, until=self.accepted)
        for connector in (self.whole, *self.connectors.values()):
            await self.set_status(connector, connector.idle_status)

    async def notify_boot(self) -> int:
        """Send one BootNotification and take over what it is answered; returns the interval."""
        conf = await self.call(
            BootNotificationReq(
                charge_point_vendor="Voltrule",
                charge_point_model="Simulator",
                charge_point_serial_number=self.identity[:25],
                firmware_version=self.firmware_version,
            )
        )
        interval: int = conf.interval
        if conf.status is RegistrationStatus.Accepted:
            self.accept(interval)
        return interval

    def accept(self, interval: int) -> None:
        """The central system has Accepted the boot: hold on to its heartbeat interval."""
        if interval > 0:
            self.configuration.store("HeartbeatInterval", str(interval))
        self.accepted.set()
        if self._heart is None or self._heart.done():
            self._heart = self.in_background(self._beat())

    async def _beat(self) -> None:
        while True:
            await self.wait(self.configuration.number("HeartbeatInterval") or 86_400)
            with contextlib.suppress(Unanswered):
                await self.call(HeartbeatReq())

    async def reboot(self, reason: Reason) -> None:
        """End all transactions, drop the connection, and start afresh."""
        for connector in self.connectors.values():
            if connector.charging is not None:
                connector.charging.stop(reason)
                await connector.charging.ended.wait()
        await self.link.reconnect()
        await self.boot()

    async def set_status(self, connector: Connector, status: ChargePointStatus) -> None:
        """Change a connector's status and notify the central system."""
        connector.status = status
        await self.notify_status(connector)

    async def notify_status(self, connector: Connector) -> None:
        """Send one StatusNotification. OCPP 1.6 §4.9."""
        await self.call(
            StatusNotificationReq(
                connector_id=connector.connector_id,
                error_code=ChargePointErrorCode.NoError,
                status=connector.status,
                timestamp=now(),
            )
        )

    def find_transaction(self, transaction_id: int) -> Charging | None:
        """The running transaction of this id."""
        for connector in self.connectors.values():
            charging = connector.charging
            if charging is not None and charging.transaction_id == transaction_id:
                return charging
        return None


async def _forgiving(work: Coroutine[Any, Any, None]) -> None:
    with contextlib.suppress(Unanswered):
        await work


def now() -> Timestamp:
    """The charge point's clock."""
    return Timestamp.now(UTC)
