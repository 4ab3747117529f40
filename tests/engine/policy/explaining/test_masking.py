import pytest

from engine.policy.explaining.masking import masked, masked_id_tag

SHOWN = [
    ("04A2B3C4D5E62F", "04***2F"),
    ("CAFE0123", "CA***23"),
    ("CAFE01", "C***1"),
    ("CAFE", "C***E"),
    ("ABC", "***"),
    ("", "***"),
]


@pytest.mark.parametrize(("id_tag", "shown"), SHOWN)
def test_the_ends_of_an_id_tag_are_shown_and_less_of_a_short_one(id_tag: str, shown: str) -> None:
    assert masked_id_tag(id_tag) == shown


def test_every_field_that_holds_an_id_tag_is_masked() -> None:
    decision = {
        "id": "CAFE0123",
        "policy": "cafe0123",
        "facts": {
            "request": {"idTag": "CAFE0123", "meterStart": 5},
            "tag": {"idTag": "cafe0123", "parentIdTag": "FLEET-12", "labels": {}},
            "transaction": {"stopIdTag": None, "idTag": "12"},
        },
        "response": {"idTagInfo": {"parentIdTag": "FLEET-12", "status": "Accepted"}},
    }
    assert masked(decision) == {
        "id": "CAFE0123",
        "policy": "cafe0123",
        "facts": {
            "request": {"idTag": "CA***23", "meterStart": 5},
            "tag": {"idTag": "ca***23", "parentIdTag": "FL***12", "labels": {}},
            "transaction": {"stopIdTag": None, "idTag": "***"},
        },
        "response": {"idTagInfo": {"parentIdTag": "FL***12", "status": "Accepted"}},
    }


def test_texts_that_mention_an_id_tag_are_masked_in_any_letter_case() -> None:
    decision = {
        "facts": {"request": {"idTag": "Card.One"}, "tag": {"idTag": "Card.One+2", "x": 1}},
        "explanation": "nobody knows CARD.ONE, only card.one+2 and cardXone",
        "errors": ("no such key: `Card.One`",),
    }
    found = masked(decision)
    assert found["explanation"] == "nobody knows CA***NE, only ca***+2 and cardXone"
    assert found["errors"] == ["no such key: `Ca***ne`"]


def test_a_short_tag_is_masked_as_a_word() -> None:
    decision = {"request": {"idTag": "1"}, "explanation": "1 is one of 21", "messageId": "1"}
    assert masked(decision)["explanation"] == "*** is one of 21"
    assert masked(decision)["messageId"] == "1"


def test_the_tags_of_the_context_are_masked_too() -> None:
    assert masked(["no CAFE0123"], {"request": {"idTag": "cafe0123"}}) == ["no CA***23"]
    assert masked(["no CAFE0123"]) == ["no CAFE0123"]
