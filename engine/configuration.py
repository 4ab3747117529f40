"""
The effective configuration: defaults, then `config.yaml`, then the environment, then secret files.

DESIGN §4. Every problem is found before any is reported.
"""

import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import msgspec.inspect

from engine.config import Address, Settings
from engine.config_entries import KEYS, PREFIX, Entry, Problems, from_environment, from_file
from engine.errors import ConfigError
from engine.telemetry.secrets import HIDDEN, hide_in_urls

SECRETS = ("admin.token", "store.url", "cluster.redis_url")
"""Keys that hold a secret, as a whole or as the password in a URL."""

FILE_REFERENCES = {"admin.token_file": "admin.token", "store.url_file": "store.url"}
"""Keys that name a file whose content is the value of another key."""

_PASSWORD = re.compile(r"://[^/@:]*:[^/@]+@|[?&](?:ssl)?password=", re.I)


class Configuration(msgspec.Struct, frozen=True):
    """The settings in force, and where each key's value came from."""

    settings: Settings
    origins: dict[str, str]
    """`default`, `config.yaml:12:3`, `environment VOLTRULE_…` or `file …`, by key."""

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Every key with its value as text, secrets masked, and where it came from."""
        for key in KEYS:
            value = _get(self.settings, key)
            yield key, masked(key, value), self.origins.get(key, "default")


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Configuration:
    """
    Read the configuration.

    Args:
        path: the configuration file; without one `config.yaml` of the working directory, if any.
        environment: the variables `VOLTRULE_SECTION__KEY`.

    Raises:
        ConfigError: with everything that is wrong.
    """
    problems = Problems()
    file = path or Path("config.yaml")
    entries: list[Entry] = []
    if path is not None or file.exists():
        entries += from_file(file, problems)
    entries += from_environment(environment, problems)
    values, origins = _converted(entries, problems)
    base = file.resolve().parent
    _read_secret_files(values, origins, base, problems)
    _check(values, origins, problems)
    problems.raise_if_any()
    settings = _settings(values)
    return Configuration(_absolute(settings, base), origins)


def masked(key: str, value: object) -> str:
    """A value as it may be shown: no token, no password of a URL."""
    if key in SECRETS and isinstance(value, str):
        return hide_in_urls(value) if "://" in value else HIDDEN
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case tuple():
            return "[" + ", ".join(map(str, value)) + "]"
        case _:
            return str(value)


def _converted(
    entries: list[Entry], problems: Problems
) -> tuple[dict[str, object], dict[str, str]]:
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for entry in entries:
        try:
            values[entry.key] = _convert(entry)
        except msgspec.ValidationError:
            shown = HIDDEN if entry.key in SECRETS else masked(entry.key, entry.value)
            expected = expectation(KEYS[entry.key])
            problems.add(entry.origin, f"`{entry.key}` must be {expected}, not `{shown}`")
        origins[entry.key] = entry.origin
    return values, origins


def _convert(entry: Entry) -> object:
    value, wanted = entry.value, KEYS[entry.key]
    if entry.as_text and wanted == tuple[str, ...]:
        value = [part.strip() for part in str(value).split(",") if part.strip()]
    return msgspec.convert(value, wanted, strict=not entry.as_text, dec_hook=_path)


def _path(wanted: type, value: object) -> object:
    if wanted is Path and isinstance(value, str) and value:
        return Path(value)
    raise msgspec.ValidationError("no path")


def expectation(wanted: object) -> str:
    """What a key takes, in words: `a number above 0 or null`."""
    match msgspec.inspect.type_info(wanted):
        case msgspec.inspect.UnionType(types=types):
            named = [t for t in types if not isinstance(t, msgspec.inspect.NoneType)]
            return " or ".join([*map(_described, named), "null"])
        case info:
            return _described(info)


def _described(info: msgspec.inspect.Type) -> str:
    match info:
        case msgspec.inspect.FloatType(gt=limit) if limit is not None:
            return f"a number above {limit:g}"
        case msgspec.inspect.FloatType(ge=low, le=high) if low is not None and high is not None:
            return f"a number from {low:g} to {high:g}"
        case msgspec.inspect.IntType(ge=limit) if limit is not None:
            return f"a whole number of at least {limit}"
        case msgspec.inspect.BoolType():
            return "true or false"
        case msgspec.inspect.LiteralType(values=values):
            return "one of " + ", ".join(f"`{value}`" for value in values)
        case msgspec.inspect.CustomType():
            return "a path"
        case msgspec.inspect.VarTupleType():
            return "a list of texts"
        case _:
            return "text"


def _read_secret_files(
    values: dict[str, object], origins: dict[str, str], base: Path, problems: Problems
) -> None:
    for reference, key in FILE_REFERENCES.items():
        path = values.get(reference)
        if not isinstance(path, Path):
            continue
        try:
            values[key] = (base / path).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = str(error.strerror).lower() if isinstance(error, OSError) else "not UTF-8 text"
            problems.add(origins[reference], f"can't read `{path}` for `{key}`: {reason}")
        origins[key] = f"file {path}"


def _check(values: dict[str, object], origins: dict[str, str], problems: Problems) -> None:
    """The rules that a type can't say."""
    _check_addresses(values, origins, problems)
    for key in SECRETS:
        _check_secret(key, values.get(key), origins.get(key, ""), problems)
    url = values.get("store.url")
    if isinstance(url, str) and not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        problems.add(
            origins["store.url"],
            "`store.url` names no database that can be used",
            "write `sqlite:///data/voltrule.db` or `postgresql://user:password@host/database`",
        )
    if values.get("cluster.redis_url") is not None:
        problems.add(
            origins["cluster.redis_url"],
            "`cluster.redis_url` is set, but this version of Voltrule runs as a single node",
            "leave it null; more nodes come with a later version",
        )
    for proxy in _texts(values.get("security.trusted_proxies")):
        try:
            ipaddress.ip_network(proxy)
        except ValueError:
            origin = origins["security.trusted_proxies"]
            problems.add(
                origin, f"`security.trusted_proxies`: `{proxy}` is no address and no network"
            )


def _check_addresses(
    values: dict[str, object], origins: dict[str, str], problems: Problems
) -> None:
    addresses = []
    for key in ("ocpp.listen", "admin.listen"):
        try:
            addresses.append(Address.parse(str(values.get(key, _get(Settings(), key)))))
        except ConfigError as error:
            problems.add(origins[key], f"`{key}`: {error.message}", error.hint)
    if len(addresses) == 2 and addresses[0] == addresses[1] and addresses[0].port:
        origin = origins.get("admin.listen") or origins["ocpp.listen"]
        problems.add(
            origin,
            f"`ocpp.listen` and `admin.listen` are both `{addresses[0]}`",
            "charge points and the admin API need a port each",
        )


def _check_secret(key: str, value: object, origin: str, problems: Problems) -> None:
    """Secrets come by environment or file reference only (DESIGN §4)."""
    if not isinstance(value, str) or origin.startswith(("environment ", "file ")):
        return
    if key == "admin.token" or _PASSWORD.search(value):
        problems.add(
            origin,
            f"`{key}` holds a secret, and secrets don't belong in a configuration file",
            f"set {PREFIX}{key.upper().replace('.', '__')} in the environment"
            + (f", or name a file in `{key}_file`" if f"{key}_file" in KEYS else ""),
        )


def _texts(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _settings(values: Mapping[str, object]) -> Settings:
    sections: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        section, name = key.split(".")
        sections.setdefault(section, {})[name] = value
    types = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    return Settings(**{name: types[name](**given) for name, given in sections.items()})


def _absolute(settings: Settings, base: Path) -> Settings:
    """Relative paths are relative to the configuration file (DESIGN §4)."""
    replace = msgspec.structs.replace
    url = settings.store.url
    if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
        url = f"sqlite:///{base / url.removeprefix('sqlite:///')}"
    return replace(
        settings,
        policies=replace(settings.policies, path=base / settings.policies.path),
        store=replace(settings.store, url=url),
    )


def _get(settings: Settings, key: str) -> Any:
    section, name = key.split(".")
    return getattr(getattr(settings, section), name)
