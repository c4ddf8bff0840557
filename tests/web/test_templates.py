"""Template endpoints."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from web.support_service import Client
from web.support_templates import document, layer, template_zip, zipped


def test_an_upload_is_processed_listed_and_comes_back_byte_for_byte(client: Client) -> None:
    content = template_zip()
    answer = client.post("/template/upload", files={"file": ("Product Promo.zip", content)})
    assert answer.status_code == 200
    assert answer.json()["status"] == "uploaded"
    template_id = answer.json()["templateId"]
    status = client.settle(f"/template/{template_id}/status")
    assert status["status"] == "completed"
    assert (status["templateId"], status["templateName"], status["reason"]) == (template_id, "Product Promo", None)
    assert status["createdAt"].endswith("Z")
    assert status["completedAt"].endswith("Z")
    [entry] = client.get("/template/all").json()
    assert entry == {
        "id": template_id,
        "name": "Product Promo",
        "sizeBytes": len(content),
        "createdAt": status["createdAt"],
    }
    download = client.get(f"/template/{template_id}/download")
    assert download.content == content
    assert download.headers["content-type"] == "application/zip"
    assert download.headers["content-disposition"] == 'attachment; filename="Product Promo.zip"'


@pytest.mark.parametrize("path", ["/Template/all", "/TEMPLATE/ALL", "/template/all/", "/Template/All/"])
def test_paths_match_without_regard_to_case_and_final_slash(client: Client, path: str) -> None:
    assert client.get(path).status_code == 200


def test_ids_match_without_regard_to_case(client: Client, template_id: str) -> None:
    assert client.get(f"/Template/{template_id.upper()}/Status/").json()["templateId"] == template_id


def test_the_detail_says_what_can_be_customised(client: Client, template_id: str) -> None:
    detail = client.get(f"/template/{template_id}").json()
    assert (detail["width"], detail["height"], detail["frameRate"], detail["frameCount"]) == (64, 64, 30, 10)
    assert {entry["name"]: entry["kind"] for entry in detail["layers"]} == {"Box": "solid", "Ground": "solid"}
    code = next(entry for entry in detail["plugins"] if entry["name"] == "qrcode")
    assert code["title"] == "QR code" and "text" in code["dataSchema"]["anyOf"][1]["properties"]


def test_a_failed_template_is_in_the_history_with_its_reason_and_costs_no_storage(client: Client) -> None:
    broken = json.dumps(
        document(
            assets=[{"id": "i", "p": "gone.png", "u": "images/", "w": 8, "h": 8}],
            layers=[layer("Photo", 2, 1, 10, refId="i")],
        )
    )
    template_id = client.upload_template(zipped({"data.json": broken}))
    status = client.settle(f"/template/{template_id}/status")
    assert status["status"] == "failed"
    assert "gone.png" in status["reason"]
    assert [entry["templateId"] for entry in client.get("/template/history?status=Failed").json()] == [template_id]
    assert client.get("/template/history?status=completed").json() == []
    assert client.get("/template/all").json() == []
    assert client.get("/template/storage-status").json()["usedBytes"] == 0
    assert client.get(f"/template/{template_id}/download").status_code == 404
    assert client.delete(f"/template/{template_id}").status_code == 200
    assert client.get("/template/storage-status").json()["usedBytes"] == 0


@pytest.mark.parametrize(
    ("query", "field"),
    [("status=bogus", "status"), ("skip=-1", "skip"), ("take=0", "take"), ("take=x", "take")],
)
def test_a_bad_page_is_400_and_names_the_parameter(client: Client, query: str, field: str) -> None:
    answer = client.get(f"/template/history?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(answer.json()["errors"]) == [field]


def test_pages_do_not_overlap(client: Client) -> None:
    ids = [client.ready_template(template_zip(frames=n + 2)) for n in range(3)]
    pages = [client.get(f"/template/history?skip={skip}&take=1").json() for skip in range(4)]
    assert [[entry["templateId"] for entry in page] for page in pages] == [[ids[2]], [ids[1]], [ids[0]], []]


def test_deleting_gives_the_storage_back_and_keeps_the_renders(client: Client, template_id: str) -> None:
    render_id = client.ready_render(template_id)
    used = client.get("/template/storage-status").json()["usedBytes"]
    size = client.get("/template/all").json()[0]["sizeBytes"]
    assert client.delete(f"/template/{template_id}").status_code == 200
    assert client.get("/template/storage-status").json()["usedBytes"] == used - size
    for path in ("", "/status", "/download", "/preview"):
        assert client.get(f"/template/{template_id}{path}").status_code == 404
    assert client.get("/template/history").json() == []
    assert client.delete(f"/template/{template_id}").status_code == 404
    assert client.get(f"/render/{render_id}/download").status_code == 200
    assert client.get(f"/render/{render_id}/status").json()["templateName"] == "template"


def test_storage_counts_in_mib(client: Client, template_id: str) -> None:
    status = client.get("/template/storage-status").json()
    size = client.get("/template/all").json()[0]["sizeBytes"]
    assert status["quotaMB"] == 500
    assert status["usedBytes"] == size
    assert status["availableBytes"] == 500 * 1_048_576 - size
    assert status["usagePercentage"] == pytest.approx(100 * size / (500 * 1_048_576), abs=0.01)


def test_a_preview_is_a_png_of_the_width_asked_for(client: Client, template_id: str) -> None:
    answer = client.get(f"/template/{template_id}/preview?frame=3&width=32")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(answer.content[16:20]) == 32
    assert client.get(f"/template/{template_id}/preview?frame=10").status_code == 400


def test_unknown_ids_are_404(client: Client) -> None:
    for path in (f"/template/{uuid4()}/status", "/template/not-a-uuid/status", f"/template/{uuid4()}/download"):
        assert client.get(path).status_code == 404


def test_a_quotation_mark_in_a_file_name_is_one_in_the_name(client: Client) -> None:
    """Browsers and HTTP libraries write %22 for it in the form."""
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="The %22new%22 card.zip"\r\n\r\n'
    body = form + template_zip() + b"\r\n--x--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = client.post("/template/upload", content=body, headers=kind)
    assert answer.status_code == 200, answer.text
    told = client.get(f"/template/{answer.json()['templateId']}/status").json()
    assert told["templateName"] == 'The "new" card'
