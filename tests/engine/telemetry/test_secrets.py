"""Secrets are hidden in frames, payloads and URLs."""

import json
from time import process_time

import pytest

from engine.telemetry.secrets import hide_in_frame, hide_in_urls, is_secret


@pytest.mark.parametrize(
    "name", ["password", "Authorization", "AuthorizationKey", "api_key", "token", "password_hash"]
)
def test_a_telling_name_is_a_secret(name: str) -> None:
    assert is_secret(name)
    assert not is_secret(name + "Count")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("ftp://me:pass@host/x", "ftp://***@host/x"),
        ("at https://token@host, http://host/a@b", "at https://***@host, http://host/a@b"),
        ("me@example.com", "me@example.com"),
        (
            "postgresql://h/d?password=p&sslmode=require",
            "postgresql://h/d?password=***&sslmode=require",
        ),
        ("postgresql://h/d?a=b&sslpassword=p", "postgresql://h/d?a=b&sslpassword=***"),
    ],
)
def test_user_and_password_of_a_url_are_hidden(text: str, hidden: str) -> None:
    assert hide_in_urls(text) == hidden


def test_the_authorization_key_is_hidden_in_a_change() -> None:
    frame = '[2,"1","ChangeConfiguration",{"key": "authorizationKEY", "value": "ab\\"cd"}]'
    hidden = '[2,"1","ChangeConfiguration",{"key": "authorizationKEY", "value": "***"}]'
    assert hide_in_frame(frame) == hidden


@pytest.mark.parametrize("reverse", [False, True])
def test_only_the_authorization_key_is_hidden_in_a_list(reverse: bool) -> None:
    keys = [
        {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
        {"key": "AuthorizationKey", "readonly": False, "value": "abcd"},
        {"key": "ConnectorPhaseRotation", "readonly": True, "value": "RST"},
    ]
    if reverse:
        keys = [dict(reversed(key.items())) for key in keys]
    shown = json.loads(hide_in_frame(json.dumps(keys)))
    assert [key["value"] for key in shown] == ["300", "***", "RST"]


def test_other_messages_stay_as_they_are() -> None:
    frame = '[2,"1","Authorize",{"idTag":"AuthorizationTag"}]'
    assert hide_in_frame(frame) == frame


@pytest.mark.parametrize(
    ("frame", "hidden"),
    [
        (
            '{"key":"AuthorizationKey","more":{"value":"shown"},"value":"a}b{c"}',
            '{"key":"AuthorizationKey","more":{"value":"shown"},"value":"***"}',
        ),
        ('{"key":"AuthorizationKey","value":"cut o', '{"key":"AuthorizationKey","value":"***"'),
        ('{"value":"ab\\', '{"value":"ab\\'),
    ],
)
def test_odd_frames_hide_it_too(frame: str, hidden: str) -> None:
    assert hide_in_frame(frame) == hidden


@pytest.mark.parametrize(
    "text",
    [
        '"key":"authorizationkey"' * 40_000,
        '"value":"a"' * 90_000 + "authorization",
        '"value":"' + '\\"' * 450_000 + "authorization",
        '"' + '\\"' * 30_000 + "authorization",
        '"key"' + " " * 900_000 + "authorization",
        '""' * 30_000 + "authorization",
        "://" * 300_000 + "a" * 100_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    began = process_time()
    hide_in_frame(text)
    assert process_time() - began < 0.5
