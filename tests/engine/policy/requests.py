"""A request of each action that a policy decides."""

from collections.abc import Mapping

from engine.policy.facts import ConnectReq
from protocol import messages as m
from tests.engine.policy.building import CURRENT_TIME, a_start

REQUESTS: Mapping[str, object] = {
    "Connect": ConnectReq(charge_point_id="CP-1", path="/ocpp/CP-1", remote_address="192.0.2.1"),
    "Authorize": m.AuthorizeReq(id_tag="A"),
    "BootNotification": m.BootNotificationReq(charge_point_vendor="V", charge_point_model="M"),
    "DataTransfer": m.DataTransferReq(vendor_id="V"),
    "DiagnosticsStatusNotification": m.DiagnosticsStatusNotificationReq(
        status=m.DiagnosticsStatus.Idle
    ),
    "FirmwareStatusNotification": m.FirmwareStatusNotificationReq(status=m.FirmwareStatus.Idle),
    "Heartbeat": m.HeartbeatReq(),
    "LogStatusNotification": m.LogStatusNotificationReq(status=m.UploadLogStatusEnumType.Idle),
    "MeterValues": m.MeterValuesReq(connector_id=1, meter_value=()),
    "SecurityEventNotification": m.SecurityEventNotificationReq(type="T", timestamp=CURRENT_TIME),
    "SignCertificate": m.SignCertificateReq(csr="C"),
    "SignedFirmwareStatusNotification": m.SignedFirmwareStatusNotificationReq(
        status=m.FirmwareStatusEnumType.Idle
    ),
    "StartTransaction": a_start(),
    "StatusNotification": m.StatusNotificationReq(
        connector_id=1,
        error_code=m.ChargePointErrorCode.NoError,
        status=m.ChargePointStatus.Available,
    ),
    "StopTransaction": m.StopTransactionReq(transaction_id=7, meter_stop=1, timestamp=CURRENT_TIME),
}
