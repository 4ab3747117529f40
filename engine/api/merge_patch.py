"""JSON merge patch, RFC 7396."""


def merged(target: object, patch: object) -> object:
    """Apply `patch` to `target`: members are replaced, null removes one, objects go deeper."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
