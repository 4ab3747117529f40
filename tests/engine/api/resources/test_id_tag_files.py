"""Files of id tags over the API."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.engine.api.running import Api, running

CSV = {"Content-Type": "text/csv; charset=utf-8"}


async def imported(api: Api, content: str | bytes, **parameters: str) -> Any:
    """The report of a file that is taken over."""
    response = await api.call(
        "POST", "/v1/id-tags", content=content, headers=CSV, params=parameters
    )
    assert response.status_code == 200, response.text
    return response.json()


async def test_a_file_is_taken_over_and_reported_line_by_line(api: Api) -> None:
    await api.put("/v1/id-tags/A", {"labels": {"site": "Bonn"}})
    report = await imported(api, "\ufeffidTag;status\r\na;Blocked\r\nB;\r\n")
    assert report == {
        "written": True,
        "mode": "merge",
        "totals": {"created": 1, "updated": 1, "unchanged": 0, "refused": 0, "deleted": 0},
        "lines": [
            {"line": 2, "idTag": "a", "result": "updated"},
            {"line": 3, "idTag": "B", "result": "created"},
        ],
        "linesLeftOut": 0,
    }
    tag = await api.get("/v1/id-tags/A")
    assert (tag["status"], tag["labels"]) == ("Blocked", {"site": "Bonn"})


async def test_a_replacement_must_be_asked_for_and_can_be_tried(api: Api) -> None:
    await imported(api, "idTag\nA\nB\n")
    tried = await imported(api, "idTag\nA\n", mode="replace", dryRun="true")
    assert (tried["written"], tried["totals"]["deleted"]) == (False, 1)
    assert len((await api.get("/v1/id-tags"))["items"]) == 2
    done = await imported(api, "idTag\nA\n", mode="replace")
    assert (done["written"], done["totals"]["deleted"]) == (True, 1)
    assert [tag["idTag"] for tag in (await api.get("/v1/id-tags"))["items"]] == ["A"]


async def test_a_file_with_a_wrong_line_is_422_with_the_report(api: Api) -> None:
    content = "idTag,status\nA,\nB,x\nC,y\n"
    response = await api.call("POST", "/v1/id-tags", content=content, headers=CSV)
    problem = response.json()
    assert (response.status_code, problem["type"]) == (422, "urn:voltrule:problem:import-refused")
    assert problem["detail"] == (
        "Line 3, `status` must be one of `Accepted`, `Blocked`, `Expired`, `Invalid`, not `x` "
        "(and 1 more)"
    )
    report = problem["report"]
    assert [line["result"] for line in report["lines"]] == ["created", "refused", "refused"]
    assert report["written"] is False
    assert (await api.get("/v1/id-tags"))["items"] == []


async def test_a_dry_run_of_a_wrong_file_is_answered(api: Api) -> None:
    report = await imported(api, "idTag,status\nA,x\n", dryRun="true")
    assert report["totals"]["refused"] == 1


@pytest.mark.parametrize(
    ("content", "detail", "hint"),
    [
        ("", "the file has no header", "begin it with `idTag,status`"),
        (
            "idTag,stat\n",
            "there is no column `stat`",
            "did you mean `status`?",
        ),
        (
            "idTag,status\n".encode("utf-16"),
            "the header has bytes that are not UTF-8",
            "save the file as CSV in UTF-8",
        ),
    ],
)
async def test_a_file_that_can_not_be_used_is_422(
    api: Api, content: str | bytes, detail: str, hint: str
) -> None:
    response = await api.call("POST", "/v1/id-tags", content=content, headers=CSV)
    problem = response.json()
    assert (response.status_code, problem["detail"], problem["hint"]) == (422, detail, hint)


async def test_a_file_that_is_not_declared_as_csv_is_415(api: Api) -> None:
    response = await api.call("POST", "/v1/id-tags", json={"idTag": "A"})
    assert response.status_code == 415
    assert response.json()["hint"] == "send the header `Content-Type: text/csv`"


async def test_a_file_over_its_limit_is_413_and_nothing_is_written(tmp_path: Path) -> None:
    async with running(tmp_path, import_limit_bytes=200_000) as api:
        content = "idTag\n" + "".join(f"{number}\n" for number in range(100_000))
        response = await api.call("POST", "/v1/id-tags", content=content, headers=CSV)
        problem = response.json()
        assert (response.status_code, problem["detail"]) == (413, "The body is over 200000 bytes")
        hint = "the limit is `admin.import_limit_bytes` of the configuration"
        assert problem["hint"] == hint
        assert (await api.get("/v1/id-tags"))["items"] == []


async def test_an_import_is_in_the_log_with_its_totals(api: Api) -> None:
    with capture_logs() as logs:
        await imported(api, "idTag\nA\n")
    totals = {"created": 1, "updated": 0, "unchanged": 0, "refused": 0, "deleted": 0}
    assert [entry for entry in logs if entry["event"] == "id tags imported"] == [
        {
            "event": "id tags imported",
            "log_level": "info",
            "mode": "merge",
            "tokenName": "admin",
            **totals,
        }
    ]


async def exported(api: Api, **parameters: str) -> str:
    """The file of the id tags."""
    headers = {"Accept": "text/csv"}
    response = await api.call("GET", "/v1/id-tags", headers=headers, params=parameters)
    assert response.status_code == 200, response.text
    assert response.headers["content-disposition"] == 'attachment; filename="id-tags.csv"'
    return response.text


async def test_an_export_is_imported_without_a_change(api: Api) -> None:
    awkward = {"=1+1": "'", "a;b": '"', "new\nline": " x ", "é": "-A1", "'": "'=", "n": "1,5"}
    await api.put("/v1/id-tags/T", {"labels": awkward, "expiryDate": "2030-01-01T00:00:00.001Z"})
    await api.put("/v1/id-tags/=2+3", {"parentIdTag": "@G", "status": "Invalid"})
    content = await exported(api)
    report = await imported(api, content, mode="replace")
    assert (report["totals"]["unchanged"], report["totals"]["deleted"]) == (2, 0)
    await api.call("DELETE", "/v1/id-tags/T")
    await imported(api, content)
    assert (await api.get("/v1/id-tags/T"))["labels"] == awkward


async def test_an_export_has_a_column_for_every_label(api: Api) -> None:
    await api.put("/v1/id-tags/A", {"labels": {"site": "Bonn"}})
    await api.put(
        "/v1/id-tags/B",
        {"labels": {"owner": "Ada"}, "parentIdTag": "G"} | {"maxActiveTransactions": 2},
    )
    header = "idTag,status,expiryDate,parentIdTag,maxActiveTransactions,label:owner,label:site\r\n"
    assert await exported(api) == header + "A,Accepted,,,,,Bonn\r\nB,Accepted,,G,2,Ada,\r\n"
    assert await exported(api, parentIdTag="g") == header + "B,Accepted,,G,2,Ada,\r\n"


async def test_more_labels_than_columns_can_be_is_409(api: Api) -> None:
    for number in range(11):
        labels = {f"{number}-{each}": "x" for each in range(20)}
        await api.put(f"/v1/id-tags/{number}", {"labels": labels})
    response = await api.call("GET", "/v1/id-tags", params={"format": "csv"})
    assert response.status_code == 409
    assert response.json()["hint"] == "GET /v1/id-tags lists them as JSON"
