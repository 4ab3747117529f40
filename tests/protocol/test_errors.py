import pytest

from protocol.errors import ErrorCode


def test_there_are_ten_codes_spelled_as_their_names() -> None:
    assert len(ErrorCode) == 10
    assert all(code.name == code.value for code in ErrorCode)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("FormationViolation", ErrorCode.FormationViolation),
        ("FormatViolation", ErrorCode.FormationViolation),
        ("OccurenceConstraintViolation", ErrorCode.OccurenceConstraintViolation),
        ("OccurrenceConstraintViolation", ErrorCode.OccurenceConstraintViolation),
        ("Oops", ErrorCode.GenericError),
    ],
)
def test_codes_of_later_versions_are_read_too(sent: str, read: ErrorCode) -> None:
    assert ErrorCode.read(sent) is read
