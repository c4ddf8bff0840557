"""Metadata of renders and batches: bounded, handed through, what lists are filtered by, and nothing to the video."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from web.support_service import Client, Service, render_request

ORDER = {"order": "17", "customer-id": "ähnlich 日本", "shop.name": ""}


@pytest.fixture(scope="module")
def made(service: Service) -> Any:
    """A client with two renders that differ in their metadata alone, and one that has none."""
    from web.support_templates import template_zip

    with service.client() as client:
        template_id = client.ready_template(template_zip())
        first = client.ready_render(template_id, metadata=ORDER)
        second = client.ready_render(template_id, metadata={"order": "18", "customer-id": ORDER["customer-id"]})
        plain = client.ready_render(template_id)
        yield client, first, second, plain


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["renderId"] for one in answer.json()]


def test_it_comes_back_wherever_the_render_shows(made: Any) -> None:
    client, first, _second, plain = made
    assert client.get(f"/render/{first}/status").json()["metadata"] == ORDER
    assert client.get(f"/render/renders/{first}").json()["metadata"] == ORDER
    for path in ("/render/all", "/render/history"):
        found = {one["renderId"]: one["metadata"] for one in client.get(path).json()}
        assert found[first] == ORDER
        assert found[plain] == {}


def test_lists_are_filtered_by_it(made: Any, service: Service) -> None:
    client, first, second, _plain = made
    for path in ("/render/all", "/render/history"):
        assert ids(client.get(path, params={"metadata.order": "17"})) == [first]
        assert ids(client.get(path, params={"metadata.customer-id": ORDER["customer-id"]})) == [second, first]
        assert ids(client.get(path, params={"Metadata.order": "18", "metadata.customer-id": "ähnlich 日本"})) == [
            second
        ]
        assert ids(client.get(path, params={"metadata.order": "17", "metadata.customer-id": "x"})) == []
        assert ids(client.get(path, params={"metadata.Order": "17"})) == [], "names are as they were given"
        assert ids(client.get(path, params={"metadata.shop.name": ""})) == [first]
        with service.client() as stranger:
            assert ids(stranger.get(path, params={"metadata.order": "17"})) == []
    assert ids(client.get("/render/history?metadata.order=17&status=failed")) == []
    assert ids(client.get("/render/active?metadata.order=17")) == []
    page = client.get("/render/all", params={"metadata.customer-id": ORDER["customer-id"], "take": "1"})
    assert (ids(page), page.headers["total-count"]) == ([second], "2")
    assert ids(client.get(page.links["next"]["url"])) == [first]


def test_the_video_does_not_depend_on_it(made: Any) -> None:
    client, first, second, plain = made
    videos = {hashlib.sha256(client.get(f"/render/{one}/download").content).digest() for one in (first, second, plain)}
    assert len(videos) == 1


def test_the_idempotency_key_knows_it(client: Client, template_id: str) -> None:
    headers = {"Idempotency-Key": "k"}
    one = client.post("/render", json=render_request(template_id, metadata={"a": "1", "b": "2"}), headers=headers)
    same = client.post("/render", json=render_request(template_id, metadata={"b": "2", "a": "1"}), headers=headers)
    assert one.json() == same.json()
    other = client.post("/render", json=render_request(template_id, metadata={"a": "1"}), headers=headers)
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        ({f"k{n}": "v" for n in range(17)}, "it must have at most 16 entries"),
        ({"k": "x" * 256}, "it must have at most 255 characters"),
        ({"k": 1}, "it must be a text"),
        ({"k": None}, "it must be a text"),
        ({"k": {"a": "b"}}, "it must be a text"),
        ({"k": "a\nb"}, "it must not hold control characters, such as line breaks"),
        ({"a b": "v"}, "a name must have 1 to 64 letters, digits, dots, hyphens or underscores"),
        ({"": "v"}, "a name must have 1 to 64 letters, digits, dots, hyphens or underscores"),
        ({"k" * 65: "v"}, "a name must have 1 to 64 letters, digits, dots, hyphens or underscores"),
        (["a"], "it must be an object, such as {...}"),
    ],
)
def test_what_is_too_much_is_refused(client: Client, template_id: str, metadata: Any, sentence: str) -> None:
    answer = client.post("/render", json=render_request(template_id, metadata=metadata))
    assert answer.status_code == 400
    [(field, sentences)] = answer.json()["errors"].items()
    assert field.startswith("metadata") and "key" not in field
    assert sentences == [sentence]
    batch = {**render_request(template_id), "rows": [{"metadata": metadata}]}
    [(field, sentences)] = client.post("/render/batch", json=batch).json()["errors"].items()
    assert field.startswith("rows[0].metadata")
    assert sentences == [sentence]


def test_a_batch_and_its_rows_have_their_own(client: Client, template_id: str) -> None:
    rows = [{"name": "One", "metadata": {"order": "1"}}, {"name": "Two"}]
    body = {**render_request(template_id), "metadata": {"campaign": "spring"}, "rows": rows}
    batch = client.post("/render/batch", json=body).json()
    assert batch["metadata"] == {"campaign": "spring"}
    assert [row["metadata"] for row in batch["rows"]] == [{"order": "1"}, {}]
    client.until(f"/render/batch/{batch['batchId']}", lambda status: status["status"] == "completed")
    assert ids(client.get("/render/all?metadata.order=1")) == [batch["rows"][0]["renderId"]]
    csv = "name\nOne\nTwo\n"
    url = f"/render/batch?templateId={template_id}&bitrate=100000&metadata.campaign=autumn"
    other = client.post(url, content=csv, headers={"Content-Type": "text/csv"}).json()
    assert other["metadata"] == {"campaign": "autumn"}
    for name, batch_id in (("spring", batch["batchId"]), ("autumn", other["batchId"])):
        found = client.get(f"/render/batch?metadata.campaign={name}")
        assert [one["batchId"] for one in found.json()] == [batch_id]
        assert found.headers["total-count"] == "1"
    assert client.get("/render/batch?metadata.campaign=winter").json() == []


def test_deleting_a_render_forgets_it(client: Client, template_id: str, service: Service) -> None:
    render_id = client.ready_render(template_id, metadata={"order": "gone"})
    assert client.delete(f"/render/{render_id}").status_code == 200
    assert ids(client.get("/render/all?metadata.order=gone")) == []
    assert service.query("SELECT COUNT(*) FROM label WHERE subject_id = ?", render_id) == [(0,)]
    assert service.query("SELECT metadata FROM render WHERE id = ?", render_id) == [(None,)]


def test_a_request_that_is_stored_has_it_nowhere_else(client: Client, template_id: str, service: Service) -> None:
    render_id = client.start_render(template_id, metadata={"order": "secret-of-the-caller"})
    [(request, metadata)] = service.query("SELECT request, metadata FROM render WHERE id = ?", render_id)
    assert "secret-of-the-caller" not in request
    assert json.loads(metadata) == {"order": "secret-of-the-caller"}
