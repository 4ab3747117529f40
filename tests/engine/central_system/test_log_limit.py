from engine.central_system.log_limit import BURST, LogLimit


def test_some_lines_at_once_are_logged_then_one_a_second() -> None:
    limit = LogLimit(100.0)
    assert [limit.allows(100.0) for _ in range(BURST + 5)] == [True] * BURST + [False] * 5
    assert [limit.allows(101.5) for _ in range(3)] == [True, False, False]
    assert [limit.allows(102.0) for _ in range(3)] == [True, False, False]


def test_silence_gives_no_more_than_the_first_credit() -> None:
    limit = LogLimit(0.0)
    assert [limit.allows(1e9) for _ in range(BURST + 1)] == [True] * BURST + [False]
