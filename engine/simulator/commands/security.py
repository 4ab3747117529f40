"""Answers about certificates and logs. Security §5."""

from engine.simulator.certificates import hash_data
from engine.simulator.charge_point import ChargePoint
from engine.simulator.link import Reply
from protocol.messages import (
    CertificateSignedConf,
    CertificateSignedReq,
    CertificateSignedStatusEnumType,
    DeleteCertificateConf,
    DeleteCertificateReq,
    DeleteCertificateStatusEnumType,
    GetInstalledCertificateIdsConf,
    GetInstalledCertificateIdsReq,
    GetInstalledCertificateStatusEnumType,
    GetLogConf,
    GetLogReq,
    InstallCertificateConf,
    InstallCertificateReq,
    InstallCertificateStatusEnumType,
    LogStatusEnumType,
    LogStatusNotificationReq,
    UploadLogStatusEnumType,
)

STEP_SECONDS = 0.5
"""How long each step of an upload takes."""


def certificate_signed(charge_point: ChargePoint, request: CertificateSignedReq) -> Reply:
    """Security A02; accepted when it is a certificate at all."""
    statuses = CertificateSignedStatusEnumType
    try:
        hash_data(request.certificate_chain)
    except ValueError:
        return Reply(CertificateSignedConf(status=statuses.Rejected))
    return Reply(CertificateSignedConf(status=statuses.Accepted))


def install_certificate(charge_point: ChargePoint, request: InstallCertificateReq) -> Reply:
    """Security M05."""
    statuses = InstallCertificateStatusEnumType
    try:
        kept = charge_point.certificates.install(request.certificate_type, request.certificate)
    except ValueError:
        return Reply(InstallCertificateConf(status=statuses.Rejected))
    return Reply(InstallCertificateConf(status=statuses.Accepted if kept else statuses.Failed))


def get_installed_certificate_ids(
    charge_point: ChargePoint, request: GetInstalledCertificateIdsReq
) -> Reply:
    """Security M03."""
    statuses = GetInstalledCertificateStatusEnumType
    found = charge_point.certificates.of(request.certificate_type)
    return Reply(
        GetInstalledCertificateIdsConf(
            status=statuses.Accepted if found else statuses.NotFound,
            certificate_hash_data=found or None,
        )
    )


def delete_certificate(charge_point: ChargePoint, request: DeleteCertificateReq) -> Reply:
    """Security M04."""
    statuses = DeleteCertificateStatusEnumType
    deleted = charge_point.certificates.delete(request.certificate_hash_data)
    return Reply(DeleteCertificateConf(status=statuses.Accepted if deleted else statuses.NotFound))


def get_log(charge_point: ChargePoint, request: GetLogReq) -> Reply:
    """Security N01; nothing is really uploaded. `requestId` ties the notifications to it."""
    running = "GetLog" in charge_point.request_ids
    charge_point.request_ids["GetLog"] = request.request_id

    async def upload() -> None:
        for status in (UploadLogStatusEnumType.Uploading, UploadLogStatusEnumType.Uploaded):
            if charge_point.request_ids.get("GetLog") != request.request_id:
                return
            charge_point.log_status = status
            await charge_point.call(
                LogStatusNotificationReq(status=status, request_id=request.request_id)
            )
            await charge_point.wait(STEP_SECONDS)
        charge_point.log_status = UploadLogStatusEnumType.Idle
        del charge_point.request_ids["GetLog"]

    # N01.FR.12: a new request ends the running one.
    status = LogStatusEnumType.AcceptedCanceled if running else LogStatusEnumType.Accepted
    name = f"{request.log_type.value}-{charge_point.identity}.log"
    return Reply(GetLogConf(status=status, filename=name), upload)
