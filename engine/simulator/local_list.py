"""The local authorization list of a simulated charge point. OCPP 1.6 §3.5.2, §5.15."""

from protocol.messages import (
    AuthorizationData,
    AuthorizationStatus,
    IdTagInfo,
    SendLocalListReq,
    UpdateStatus,
    UpdateType,
)


class LocalList:
    """Id tags that the charge point knows by itself, under a version number."""

    def __init__(self, *, max_length: int) -> None:
        self.version = 0
        """0: the list is empty. OCPP 1.6 §6.27."""
        self._max_length = max_length
        self._tags: dict[str, IdTagInfo] = {}

    def __len__(self) -> int:
        return len(self._tags)

    def accepts(self, id_tag: str) -> bool:
        """Whether the list lets this id tag charge."""
        info = self._tags.get(id_tag.casefold())
        return info is not None and info.status is AuthorizationStatus.Accepted

    def update(self, request: SendLocalListReq) -> UpdateStatus:
        """Take over a list, or the changes of one. OCPP 1.6 §5.15."""
        changes = request.local_authorization_list or ()
        names = [change.id_tag.casefold() for change in changes]
        if request.list_version <= 0 or len(set(names)) != len(names):
            return UpdateStatus.Failed
        match request.update_type:
            case UpdateType.Full:
                return self._replace(request.list_version, changes)
            case UpdateType.Differential:
                return self._apply(request.list_version, changes)

    def _replace(self, version: int, tags: tuple[AuthorizationData, ...]) -> UpdateStatus:
        # §7.2: idTagInfo is "Required when UpdateType is Full".
        if any(tag.id_tag_info is None for tag in tags):
            return UpdateStatus.Failed
        return self._keep(version, {}, tags)

    def _apply(self, version: int, changes: tuple[AuthorizationData, ...]) -> UpdateStatus:
        if version <= self.version:
            return UpdateStatus.VersionMismatch
        return self._keep(version, dict(self._tags), changes)

    def _keep(
        self, version: int, tags: dict[str, IdTagInfo], changes: tuple[AuthorizationData, ...]
    ) -> UpdateStatus:
        for change in changes:
            if change.id_tag_info is None:
                tags.pop(change.id_tag.casefold(), None)
            else:
                tags[change.id_tag.casefold()] = change.id_tag_info
        if len(tags) > self._max_length:
            return UpdateStatus.Failed
        self.version, self._tags = version, tags
        return UpdateStatus.Accepted
