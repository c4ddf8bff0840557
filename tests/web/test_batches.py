"""Batches of renders."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from web.support_service import Client, Service
from web.support_templates import slow_template

ENCODER = {"bitrate": 100_000, "preset": 5}


def batch(template_id: str, rows: Sequence[object], **more: Any) -> dict[str, Any]:
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
    done = client.until(url, lambda status: status["status"] == "cancelled")
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


def test_what_the_engine_finds_comes_beside_fields_of_a_wrong_form(client: Client, template_id: str) -> None:
    rows = [
        {"name": "", "customizationMap": [{"layer": "Nowhere", "text": "x"}]},
        {"name": "fine", "customizationMap": [{"layer": "Ground", "color": "#00ff00"}]},
        "no row",
        {"name": "mixed", "customizationMap": [{"layer": "Grund", "color": "#fff"}, 5]},
        {"name": "late", "customizationMap": [{"layer": "Ground", "colour": "#fff"}], "audioId": "none"},
    ]
    encoder = {"bitrate": "fast", "codec": 7, "res": [641, 480]}
    body = batch(template_id, rows, encoderConfig=encoder, jobInfo={"fStart": 9, "fEnd": 3})
    answer = client.post("/render/batch", json=body)
    assert answer.status_code == 400
    errors = answer.json()["errors"]
    assert {"rows[0].name", "rows[2]", "rows[3].customizationMap[1]", "rows[4].audioId"} <= set(errors)
    assert {"encoderConfig.bitrate", "encoderConfig.codec", "encoderConfig.res"} <= set(errors)
    assert any(field.startswith("jobInfo.") for field in errors)
    assert "rows[0].customizationMap[0].layer" in errors
    assert any(field.startswith("rows[4].customizationMap[0]") for field in errors)
    assert not any(field.startswith("rows[1]") or ".encoderConfig" in field for field in errors)
    assert client.get("/render/batch").json() == []


def test_a_csv_body_is_checked_beside_its_query(client: Client, template_id: str) -> None:
    csv = "name,Nowhere\nOne,Hello"
    url = f"/render/batch?templateId={template_id}&preset=5"
    answer = client.post(url, content=csv.encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"bitrate", "rows[0].customizationMap[0].layer"}


def test_rows_of_a_wrong_form_do_not_hide_what_they_share(client: Client, template_id: str) -> None:
    for wrong in ({"rows": "none"}, {"rows": None, "csv": 5}):
        body = {"templateId": template_id, "encoderConfig": {"bitrate": 1000, "codec": 7}, **wrong}
        errors = client.post("/render/batch", json=body).json()["errors"]
        assert set(errors) == {"encoderConfig.codec", "rows" if "csv" not in wrong else "csv"}


def test_all_finished_videos_come_as_one_zip(client: Client, template_id: str) -> None:
    rows = [
        {"name": "Ada/Grace", "customizationMap": [{"layer": "Ground", "color": "#00ff00"}]},
        {"name": "Wrong", "customizationMap": [{"layer": "Grund", "color": "#00ff00"}]},
        {"name": "Ada/Grace", "customizationMap": [{"layer": "Ground", "color": "#0000ff"}]},
    ]
    answer = client.post("/render/batch", json=batch(template_id, rows, name="Spring"))
    url = f"/render/batch/{answer.json()['batchId']}"
    done = client.until(url, lambda status: status["status"] == "completed")
    sent = client.get(f"{url}/download")
    assert sent.status_code == 200
    assert sent.headers["content-type"] == "application/zip"
    assert 'filename="Spring.zip"' in sent.headers["content-disposition"]
    assert int(sent.headers["content-length"]) == len(sent.content)
    assert client.head(f"{url}/download").headers["content-length"] == sent.headers["content-length"]
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        assert archive.namelist() == ["1 Ada_Grace.mp4", "3 Ada_Grace.mp4"]
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        videos = [archive.read(name) for name in archive.namelist()]
    good = [row["videoDownloadUrl"] for row in done["rows"] if row["status"] == "completed"]
    assert videos == [client.get(video).content for video in good]


def test_a_batch_without_a_finished_video_has_no_zip(client: Client) -> None:
    template_id = client.ready_template(slow_template())
    answer = client.post("/render/batch", json=batch(template_id, [{"name": "One"}]))
    url = f"/render/batch/{answer.json()['batchId']}"
    refused = client.get(f"{url}/download")
    assert (refused.status_code, refused.json()["detail"]) == (409, "no row of the batch is completed yet")
    client.post(f"{url}/cancel")


def test_another_users_batch_has_no_zip(client: Client, service: Service, template_id: str) -> None:
    answer = client.post("/render/batch", json=batch(template_id, [{"name": "One"}]))
    with service.client() as stranger:
        assert stranger.get(f"/render/batch/{answer.json()['batchId']}/download").status_code == 404
