from engine.simulator.observer import Tally


def test_a_tally_counts_calls_commands_and_failures() -> None:
    seen: list[str] = []
    tally = Tally(
        watch=lambda identity, direction, name, payload: seen.append(name),
        remark=lambda identity, text: seen.append(text),
    )
    tally.message("CP", "sent", "Heartbeat.req", b"{}")
    tally.message("CP", "received", "Reset.req", b"{}")
    tally.answered("CP", "Heartbeat", 0.5)
    tally.unanswered("CP", "Heartbeat", "no answer in time")
    assert (tally.calls, tally.commands, tally.seconds) == (2, 1, [0.5])
    assert tally.failures == {"Heartbeat: no answer in time": 1}
    assert seen == ["Heartbeat.req", "Reset.req", "Heartbeat failed: no answer in time"]


def test_percentiles_are_times_within_which_answers_came() -> None:
    tally = Tally(seconds=[0.4, 0.1, 0.3, 0.2])
    assert [tally.percentile(share) for share in (0, 0.5, 0.99)] == [0.1, 0.3, 0.4]
    assert Tally().percentile(0.5) == 0
