"""Batches of renders."""

from __future__ import annotations

from typing import Any

from web.support_service import Client
from web.support_templates import slow_template

ENCODER = {"bitrate": 100_000, "preset": 5}


def batch(template_id: str, rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"templateId": template_id, "encoderConfig": ENCODER, "rows": rows, **more}


def test_each_row_has_its_result_and_bad_rows_say_why(client: Client, template_id: str) -> None:
    rows = [
        {"name": "Green", "customizationMap": [{"layer": "Ground", "color": "#00ff00"}]},
        {"name": "Wrong", "customizationMap": [{"layer": "Grund", "color": "#00ff00"}]},
        {"customizationMap": []},
    ]
    answer = client.post("/render/batch", json=batch(template_id, rows, name="Spring"))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["rowsTotal"], answer.json()["name"]) == (3, "Spring")
    url = f"/render/batch/{answer.json()['batchId']}"
    done = client.until(url, lambda status: status["status"] == "completed")
    assert done["progress"] == 1
    assert done["counts"] == {"completed": 2, "rejected": 1}
    good, bad, unnamed = done["rows"]
    assert (bad["status"], bad["renderId"]) == ("rejected", None)
    assert "Ground" in next(iter(bad["errors"].values()))[0]
    assert unnamed["name"] == "Spring 3"
    assert client.get(good["videoDownloadUrl"]).content[4:8] == b"ftyp"
    assert client.get(f"/render/{good['renderId']}/status").json()["name"] == "Green"
    assert [entry["batchId"] for entry in client.get("/render/batch").json()] == [done["batchId"]]


def test_a_csv_makes_the_rows(client: Client, template_id: str) -> None:
    csv = '\ufeffname,Ground.color,Box.visible\r\nOne,#00ff00,false\r\n\r\n"Two, too",#0000ff,\r\n'
    inline = client.post("/render/batch", json={"templateId": template_id, "encoderConfig": ENCODER, "csv": csv})
    assert inline.status_code == 200, inline.text
    body = client.post(
        f"/render/batch?templateId={template_id}&bitrate=100000&preset=5",
        content=csv.encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert body.status_code == 200, body.text
    for answer in (inline, body):
        assert [row["name"] for row in answer.json()["rows"]] == ["One", "Two, too"]
        done = client.until(f"/render/batch/{answer.json()['batchId']}", lambda status: status["status"] == "completed")
        detail = client.get(f"/render/renders/{done['rows'][0]['renderId']}").json()
        assert detail["customizationMap"] == [
            {"layer": "Ground", "color": "#00ff00"},
            {"layer": "Box", "visible": False},
        ]


def test_the_whole_is_cancelled(client: Client) -> None:
    template_id = client.ready_template(slow_template())
    answer = client.post("/render/batch", json=batch(template_id, [{"name": f"Row {n}"} for n in range(5)])).json()
    url = f"/render/batch/{answer['batchId']}"
    client.until(url, lambda status: "processing" in status["counts"])
    assert client.post(f"{url}/cancel").status_code == 200
    done = client.until(url, lambda status: status["status"] == "cancelled", seconds=5)
    assert done["counts"] == {"cancelled": 5}
    assert client.get("/render/active").json() == []


def test_a_batch_that_cannot_begin_is_400(client: Client, template_id: str) -> None:
    wrong = {"name": "x", "customizationMap": [{"layer": "None such", "text": "x"}]}
    for request, field in (
        (batch(template_id, []), "rows"),
        (batch(template_id, [wrong]), "rows[0].customizationMap[0].layer"),
        ({"templateId": template_id, "encoderConfig": ENCODER}, "rows"),
        (batch(template_id, [{"name": "x"}], csv="name\nx"), "csv"),
        ({"templateId": template_id, "encoderConfig": ENCODER, "csv": "name\na,b"}, "csv"),
        ({"templateId": template_id, "encoderConfig": ENCODER, "csv": ""}, "csv"),
        ({"encoderConfig": ENCODER, "rows": [{"name": "x"}]}, "templateId"),
    ):
        answer = client.post("/render/batch", json=request)
        assert answer.status_code == 400, answer.text
        assert field in answer.json()["errors"]
    assert client.get("/render/batch").json() == []
