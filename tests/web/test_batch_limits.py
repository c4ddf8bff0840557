"""Batches: what is refused while it is read, what a CSV may say, dry runs, and what a killed server leaves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from web.support_service import PATIENCE, Client, Service
from web.support_templates import template_zip, wav

ENCODER = {"bitrate": 100_000, "preset": 5}
CSV = {"Content-Type": "text/csv"}


def post_csv(client: Client, template_id: str, csv: str | bytes, **query: Any) -> httpx.Response:
    asked = {"templateId": template_id, "bitrate": 100_000, "preset": 5, **query}
    content = csv.encode() if isinstance(csv, str) else csv
    return client.post("/render/batch", params=asked, content=content, headers=CSV)


def wide(columns: int, rows: int) -> str:
    header = "name," + ",".join(f"c{number}" for number in range(columns))
    return "\n".join([header, *["n," + ",".join(["x"] * columns)] * rows])


@pytest.mark.parametrize(
    ("csv", "field", "said"),
    [
        ("", "csv", "has no line"),
        ("\n \n", "csv", "has no line"),
        ("name,Ground.color\n", "csv", "no row"),
        (wide(2000, 3000), "csv", "2001 columns; at most 500"),
        (wide(400, 3000), "csv", "more than 1000000 cells"),
        ("name,Ground\n" + "a,b\n" * 1_000_000, "rows", "more than 10000 rows"),
        ("name,Ground.color\na," + "b" * 200_000, "csv", "more than 100000 characters"),
        ("name,Ground.color\na,b,c", "csv", "row 1 below the header has 3 cells, the header 2"),
        ("name,Box.color, Box.color \na,b,c", "csv", "two columns 'Box.color'"),
        ("name,Name\na,b", "csv", "two columns 'Name'"),
        ("Box.visible,Box.visible\ntrue,false", "csv", "two columns"),
        ("name,,Box.color\na,b,c", "csv", "column 2 has no name"),
        ("name,Box.visible\na,true\nb,maybe", "csv", "row 2 below the header, column 'Box.visible': 'maybe' must"),
        ('name,Box.color\na,"b', "csv", "not closed"),
        (b"name\n\xff\xfe", "csv", "UTF-8"),
    ],
)
def test_a_csv_that_is_too_much_or_no_csv_is_refused_with_its_number(
    client: Client, template_id: str, csv: str | bytes, field: str, said: str
) -> None:
    answer = post_csv(client, template_id, csv)
    assert answer.status_code == 400, answer.text
    errors = answer.json()["errors"]
    assert list(errors) == [field]
    assert said in errors[field][0]
    assert client.get("/render/batch").json() == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("[" + "{}," * 3_000_000 + "{}]", "about 6000006 values; send at most 4000000"),
        ("[" + "{}," * 10_000 + "{}]", "more than 10000 rows"),
        ("[{},{}", "the mistake is at line 1, column"),
        ("[{}]]", "the mistake is at line 1, column"),
    ],
)
def test_json_that_is_too_much_or_no_json_is_refused(client: Client, template_id: str, rows: str, said: str) -> None:
    body = f'{{"templateId": "{template_id}", "encoderConfig": {{"bitrate": 1000}}, "rows": {rows}}}'
    answer = client.post("/render/batch", content=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 400, answer.text
    assert said in next(iter(answer.json()["errors"].values()))[0]


def test_an_unknown_column_is_told_once(client: Client, template_id: str) -> None:
    errors = post_csv(client, template_id, wide(3, 200)).json()["errors"]
    assert list(errors) == [f"rows[0].customizationMap[{number}].layer" for number in range(3)]
    assert "'c1'" in errors["rows[0].customizationMap[1].layer"][0]


def test_rows_of_very_many_unknown_layers_are_answered_in_short(client: Client, template_id: str) -> None:
    entries = [{"layer": f"Grund {number}", "text": "x"} for number in range(30)]
    rows = [{"name": f"r{number}", "customizationMap": entries} for number in range(1000)]
    answer = client.post("/render/batch", json={"templateId": template_id, "encoderConfig": ENCODER, "rows": rows})
    assert answer.status_code == 400
    assert len({field.split(".")[0] for field in answer.json()["errors"]}) == 100
    assert "Did you mean Ground?" in answer.text and "10 more entries" in answer.text


@pytest.mark.parametrize("word", ["true", "TRUE", "Yes", "1", " true "])
def test_words_for_visible(client: Client, template_id: str, word: str) -> None:
    batch = post_csv(client, template_id, f"name,Box.visible\na,{word}\nb,No\nc,0\nd,FALSE\ne,").json()
    done = client.until(f"/render/batch/{batch['batchId']}", lambda status: status["status"] == "completed")
    maps = [client.get(f"/render/renders/{row['renderId']}").json()["customizationMap"] for row in done["rows"]]
    assert [[entry["visible"] for entry in one] for one in maps] == [[True], [False], [False], [False], []]


def test_a_csv_body_takes_all_fields_of_a_batch(client: Client, template_id: str) -> None:
    audio_id = client.ready_audio(wav())
    query = {
        "name": "Spring", "audioId": audio_id, "fpsNum": 25, "fpsDenum": 1, "res": "96x80", "rc": 1, "gop": 5, "idr": 5,
        "profile": 77, "level": 41, "codec": 0, "container": "mov", "audioBitrate": 96_000, "fStart": 2, "fEnd": 8,
        "webhookUrl": "http://127.0.0.1:4009/nobody", "preset": 3,
    }  # fmt: skip
    answer = post_csv(client, template_id, "name\na", **query)
    assert answer.status_code == 200, answer.text
    assert "warning" not in answer.headers
    url = f"/render/batch/{answer.json()['batchId']}"
    done = client.until(url, lambda status: status["status"] == "completed")
    assert done["name"] == "Spring" and done["counts"] == {"completed": 1}
    detail = client.get(f"/render/renders/{done['rows'][0]['renderId']}").json()
    assert detail["audioId"] == audio_id and detail["jobInfo"] == {"fStart": 2, "fEnd": 8}
    shown = detail["encoderConfig"]
    assert shown["res"] == [96, 80]
    assert {key: shown[key] for key in query if key in shown and key != "res"} == {
        key: query[key] for key in shown if key in query and key != "res"
    }
    assert {"fpsNum", "gop", "profile", "container", "audioBitrate"} <= set(shown)
    wrong = post_csv(client, template_id, "name\na", qp=200, rc=2, res="big", bitrat=3)
    assert "res" in wrong.json()["errors"]
    assert "qp" in post_csv(client, template_id, "name\na", qp=200, rc=2).json()["errors"]


def test_a_dry_run_checks_all_rows_and_queues_nothing(client: Client, template_id: str) -> None:
    rows = [{"name": f"r{n}", "customizationMap": [{"layer": "Box", "visible": True}]} for n in range(3)]
    rows.append({"name": "bad", "customizationMap": [{"layer": "Boks", "visible": True}]})
    body = {"templateId": template_id, "encoderConfig": ENCODER, "rows": rows}
    answer = client.post("/render/batch?dryRun=true", json=body)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["dryRun"], found["rowsTotal"], found["rowsValid"], found["rowsRejected"]) == (True, 4, 3, 1)
    assert found["frames"] == 30
    assert found["expectedMilliseconds"] > 0 and found["expectedBytes"] > 0
    assert list(found["errors"]) == ["rows[3].customizationMap[0].layer"]
    assert client.get("/render/batch").json() == client.get("/render/active").json() == []
    assert post_csv(client, template_id, "name,Nowhere\na,b", dryRun="true").status_code == 400
    assert post_csv(client, template_id, "name\na", dryRun="true").json()["rowsValid"] == 1
    assert client.get("/render/batch").json() == []


def test_rows_come_in_pages(client: Client, template_id: str) -> None:
    batch = post_csv(client, template_id, "name\n" + "\n".join(f"r{number}" for number in range(12))).json()
    url = f"/render/batch/{batch['batchId']}"
    assert [row["name"] for row in client.get(f"{url}?skip=3&take=2").json()["rows"]] == ["r3", "r4"]
    assert len(client.get(f"{url}?take=1000000").json()["rows"]) == 12
    assert client.get(f"{url}?take=0").status_code == 400
    client.post(f"{url}/cancel")


def long_batch(template_id: str, rows: int = 6000) -> bytes:
    entries = [{"layer": "Ground", "color": "#00ff00"}]
    many = [{"name": f"r{number}", "customizationMap": entries} for number in range(rows)]
    return json.dumps({"templateId": template_id, "encoderConfig": ENCODER, "rows": many}).encode()


def post_aside(service: Service, key: str, body: bytes, answers: list[httpx.Response]) -> threading.Thread:
    """Post a batch in a thread of its own."""

    def post() -> None:
        with Client(service.url, key) as client:
            client.timeout = httpx.Timeout(120)
            try:
                answers.append(client.post("/render/batch", content=body, headers={"Content-Type": "application/json"}))
            except httpx.HTTPError:
                return

    thread = threading.Thread(target=post)
    thread.start()
    return thread


def queueing(client: Client) -> dict[str, Any]:
    """The batch that is being queued, once some of it is."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found: list[dict[str, Any]] = client.get("/render/batch").json()
        if found and found[0]["status"] == "queueing" and found[0]["rowsChecked"]:
            return found[0]
        assert time.monotonic() < deadline, found
        time.sleep(0.01)


def test_a_batch_that_is_being_queued_is_seen_and_can_be_cancelled(service: Service, client: Client) -> None:
    template_id = client.ready_template(template_zip())
    answers: list[httpx.Response] = []
    thread = post_aside(service, client.key, long_batch(template_id), answers)
    seen = queueing(client)
    assert seen["rowsTotal"] == 6000 and 0 < seen["rowsChecked"] < 6000
    assert set(seen["counts"]) == {"pending"}, "no worker takes a row yet"
    cancelled = client.post(f"/render/batch/{seen['batchId']}/cancel").json()
    assert cancelled["status"] == "cancelled"
    thread.join(PATIENCE)
    assert [answer.status_code for answer in answers] == [409]
    assert client.get(f"/render/batch/{seen['batchId']}").json()["status"] == "cancelled"
    assert client.get("/render/active").json() == []


def test_nothing_stays_of_a_batch_whose_server_was_killed(new_service: Callable[..., Service]) -> None:
    service = new_service()
    key = service.add_user()
    answers: list[httpx.Response] = []
    with Client(service.url, key) as client:
        template_id = client.ready_template(template_zip())
        thread = post_aside(service, key, long_batch(template_id), answers)
        queueing(client)
        service.kill()
        thread.join(PATIENCE)
    assert answers == []
    service.start()
    with Client(service.url, key) as client:
        deadline = time.monotonic() + PATIENCE
        while client.get("/render/batch").json() or client.get("/render/active").json():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        for table in ("batch_row", "render"):
            assert service.query(f"SELECT COUNT(*) FROM {table}") == [(0,)]
        assert service.query("SELECT COUNT(*) FROM job WHERE kind = 'render'") == [(0,)]
        body = json.dumps({"templateId": template_id, "encoderConfig": ENCODER, "rows": [{"name": "x"}]})
        assert client.post("/render/batch", content=body, headers={"Content-Type": "application/json"}).is_success
