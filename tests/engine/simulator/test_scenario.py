from pathlib import Path

import pytest

from engine.simulator.scenario import Boot, Call, Charge, Repeat, ScenarioError, Wait, load


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "scenario.yaml"
    file.write_text(text)
    return file


def test_a_scenario_is_a_list_of_steps(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        steps:
          - boot
          - charge: { connectorId: 2, meterValues: 5, everySeconds: 0.5 }
          - repeat: 2
            steps:
              - wait: 1.5
              - Heartbeat
          - Authorize: { idTag: 0123 }
            expect: { idTagInfo: { status: Invalid } }
        """,
    )
    assert load(file) == (
        Boot(),
        Charge(connector_id=2, meter_values=5, every_seconds=0.5),
        Repeat(2, (Wait(1.5), Call("Heartbeat", {}, None, f"{file}:8"))),
        Call("Authorize", {"idTag": "0123"}, {"idTagInfo": {"status": "Invalid"}}, f"{file}:9"),
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("steps: []", "`scenario.yaml` has no steps"),
        ("boot", "scenario.yaml:1:1: a scenario holds a list called `steps`"),
        ("steps: [dance]", "scenario.yaml:1:9: `dance` is no step"),
        ("steps: [Reset]", "scenario.yaml:1:9: `Reset` is no step"),
        ("steps: [[boot]]", "scenario.yaml:1:9: this is no step"),
        ("steps: [{repeat: 2}]", "scenario.yaml:1:9: `repeat` needs `steps` beside it"),
        ("steps: [{wait: long}]", "scenario.yaml:1:9: `wait`: Expected `float`, got `str`"),
        (
            "steps: [{charge: {connector: 1}}]",
            "scenario.yaml:1:9: `charge`: Object contains unknown field `connector`",
        ),
        ("steps: [wait]", "scenario.yaml:1:9: `wait`: Expected `float`, got `null`"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(write(tmp_path, text))
    assert str(caught.value).replace(f"{tmp_path}/", "").splitlines()[0] == problem


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="no such file or directory"):
        load(tmp_path / "missing.yaml")
