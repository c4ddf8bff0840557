"""Videos that are sent somewhere: whole or absent, never lost, and told of."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from web.support_bucket import Bucket, S3Server
from web.support_places import bucket_connection, connections, folder_connection, no_parts
from web.support_receivers import Receiver
from web.support_service import Client, Service, render_request
from web.support_templates import template_zip

from velocity_web.jobs.destination_sender import NO_ANSWER
from velocity_web.orders.destinations import Named, filled
from velocity_web.storage.connections import path_fault


def content_of(client: Client, render_id: str) -> bytes:
    return client.get(f"/render/{render_id}/download").content


def test_a_video_is_sent_to_a_folder_and_a_bucket(
    new_service: Callable[..., Service], s3_server: S3Server, tmp_path: Path
) -> None:
    bucket, out, receiver = Bucket(s3_server), tmp_path / "out", Receiver([])
    service = new_service(
        connections=connections(disk=folder_connection(out), media=bucket_connection(bucket)),
        webhook_allow_private="true",
    )
    with service.client() as client:
        assert client.get("/connection").json() == [
            {"name": "disk", "read": True, "write": True},
            {"name": "media", "read": True, "write": True},
        ]
        wanted = [
            {"connection": "disk", "path": "{template}/{name}.{ending}"},
            {"connection": "media", "path": "spring/{id}.mp4"},
        ]
        template_id = client.ready_template(template_zip(), "promo.zip")
        render_id = client.ready_render(
            template_id, name="../Hello: you?", destinations=wanted, webhookUrl=receiver.url
        )
        status = client.get(f"/render/{render_id}/status").json()
        content = content_of(client, render_id)
        assert (out / "promo" / "-Hello- you-.mp4").read_bytes() == content and no_parts(out)
        assert bucket._system.cat_file(f"{bucket.name}/out/spring/{render_id}.mp4") == content
        told = [{key: one[key] for key in ("connection", "path", "status", "attempts", "reason", "sizeBytes")}
                for one in status["destinations"]]  # fmt: skip
        common = {"status": "delivered", "attempts": 1, "reason": None, "sizeBytes": len(content)}
        assert told == [
            {"connection": "disk", "path": "promo/-Hello- you-.mp4", **common},
            {"connection": "media", "path": f"spring/{render_id}.mp4", **common},
        ]
        assert status["stage"] is None and status["destinations"][0]["completedAt"]
        assert client.get(f"/render/renders/{render_id}").json()["destinations"] == status["destinations"]
        while not receiver.received:
            time.sleep(0.05)
        assert json.loads(receiver.received[0][1])["data"]["destinations"] == status["destinations"]
        assert client.delete(f"/render/{render_id}").status_code == 200
        assert (out / "promo" / "-Hello- you-.mp4").exists(), "what was sent stays"
        assert service.query("SELECT COUNT(*) FROM destination") == [(0,)]


def test_a_render_without_destinations_is_never_delivering(one_service: Service) -> None:
    with one_service.client() as client:
        render_id = client.start_render(client.ready_template(template_zip()))
        seen: set[str] = set()

        def noted(status: dict[str, Any]) -> bool:
            seen.add(status["status"])
            return bool(status["status"] == "completed")

        client.until(f"/render/{render_id}/status", noted)
        assert seen <= {"pending", "processing", "completed"}
        assert client.get(f"/render/{render_id}/status").json()["destinations"] == []


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"connection": "nowhere", "path": "a.mp4"}, "connection", "there is no connection 'nowhere'; there are: disk, in"),
    ({"connection": "hers", "path": "a.mp4"}, "connection", "there is no connection 'hers'"),
    ({"connection": "in", "path": "a.mp4"}, "connection", "the connection 'in' is for reading only"),
    ({"connection": "disk", "path": "../a.mp4"}, "path", "it must not hold empty parts, nor parts of dots"),
    ({"connection": "disk", "path": "a/../../b.mp4"}, "path", "it must not hold empty parts, nor parts of dots"),
    ({"connection": "disk", "path": "/etc/passwd"}, "path", "it must not begin or end with a slash"),
    ({"connection": "disk", "path": "a//b.mp4"}, "path", "it must not hold empty parts, nor parts of dots"),
    ({"connection": "disk", "path": "a\\..\\b.mp4"}, "path", "it must not hold control characters"),
    ({"connection": "disk", "path": "a%2e%2e.mp4"}, "path", "it must not hold control characters"),
    ({"connection": "disk", "path": "a\u0000.mp4"}, "path", "it must not hold control characters"),
    ({"connection": "disk", "path": "spring/"}, "path", "it must not begin or end with a slash"),
    ({"connection": "disk", "path": "{nam}.mp4"}, "path", "there is no field {nam}; did you mean {name}?"),
    ({"connection": "disk", "path": "{row}.mp4"}, "path", "there is no field {row}"),
    ({"connection": "disk", "path": "{name!r}.mp4"}, "path", "there is no field {name!r}"),
    ({"connection": "disk", "path": "{name.mp4"}, "path", "a brace stands for a field, such as {name}"),
]


def test_destinations_that_cannot_be(new_service: Callable[..., Service], tmp_path: Path) -> None:
    service = new_service(
        connections=connections(
            disk=folder_connection(tmp_path / "out"),
            **{"in": folder_connection(tmp_path / "in", write=False)},
            hers=folder_connection(tmp_path / "hers", accounts=["somebody"]),
        )
    )
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        for destination, field, words in WRONG:
            answer = client.post("/render?dryRun=true", json=render_request(template_id, destinations=[destination]))
            assert answer.status_code == 400, destination
            [sentence] = answer.json()["errors"][f"destinations[0].{field}"]
            assert words in sentence, destination
        both = [{"connection": "disk", "path": "a.mp4"}] * 2
        answer = client.post("/render", json=render_request(template_id, destinations=both))
        assert "another destination" in answer.json()["errors"]["destinations[1].path"][0]
        rows: list[dict[str, Any]] = [{"name": "a"}, {"name": "b"}]
        batch = {"templateId": template_id, "encoderConfig": {"bitrate": 100_000}, "rows": rows}
        answer = client.post("/render/batch", json={**batch, "destinations": both[:1]})
        assert "all rows would have the same path" in answer.json()["errors"]["destinations[0].path"][0]
        assert client.get("/admin/connections").status_code == 403
        admin = Client(service.url, service.first_key or "")
        [disk, hers, _in] = admin.get("/admin/connections").json()
        assert disk["url"] == str(tmp_path / "out") and hers["accounts"] == ["somebody"] and disk["options"] == []


@pytest.mark.parametrize("path", ["a.mp4", "in/a b/ü.mp4", "x" * 1024, "...a/b..c.mp4"])
def test_paths_that_can_be(path: str) -> None:
    assert path_fault(path) is None


@pytest.mark.parametrize("path", ["...", ".. /x", " ../x", "a/ ", "a/.. ", "a./b", "a /b", " a", "a."])
def test_paths_that_some_storages_would_write_otherwise_cannot_be(path: str) -> None:
    assert path_fault(path) is not None


@pytest.mark.parametrize("name", ["\U0001f600" * 150, "\u65e5" * 400, "a" * 999])
def test_a_name_is_short_enough_for_a_file_system(name: str) -> None:
    named = Named("550e8400-e29b-41d4-a716-446655440000", name, "template", "render.mp4")
    assert 100 < len(filled("{id}-{name}.{ending}", named.values()).encode()) < 255


@pytest.mark.parametrize("name", ["..", ".", "", "/", "a/../..", "\\..\\", "a\nb", "{id}", "?" * 999, "\u2028"])
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    named = Named("id", name, "template", "render.mp4", ("batch", 3))
    for pattern in ("{name}", "x/{name}/y", "{name}.{ending}"):
        found = filled(pattern, named.values())
        assert path_fault(found) is None and found.count("/") == pattern.count("/"), found


def test_a_batch_is_sent_row_by_row(new_service: Callable[..., Service], tmp_path: Path) -> None:
    service = new_service(connections=connections(disk=folder_connection(tmp_path / "out")))
    with service.client() as client:
        batch = {
            "templateId": client.ready_template(template_zip()),
            "encoderConfig": {"bitrate": 100_000, "preset": 5},
            "rows": [{"name": "Ada"}, {"name": "Grace"}],
            "destinations": [{"connection": "disk", "path": "{batch}/{row}-{name}.mp4"}],
        }
        batch_id = client.post("/render/batch", json=batch).json()["batchId"]
        found = client.settle(f"/render/batch/{batch_id}")
        assert found["status"] == "completed" and found["counts"] == {"completed": 2}
        assert sorted(path.name for path in (tmp_path / "out" / batch_id).iterdir()) == ["0-Ada.mp4", "1-Grace.mp4"]


def test_a_destination_that_does_not_take_it_is_tried_again_and_told(
    new_service: Callable[..., Service], s3_server: S3Server, tmp_path: Path
) -> None:
    bucket, out = Bucket(s3_server), tmp_path / "out"
    service = new_service(
        connections=connections(disk=folder_connection(out), media=bucket_connection(bucket)),
        delivery_attempts="2",
        delivery_backoff_seconds="0.1",
    )
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        wanted = [{"connection": "media", "path": "a.mp4"}, {"connection": "disk", "path": "taken/a.mp4"}]
        (out / "taken").write_text("a file, where a folder is wanted")
        with s3_server.failing("denied"):
            render_id = client.ready_render(template_id, destinations=wanted)
        status = client.get(f"/render/{render_id}/status").json()
        assert status["status"] == "completed" and len(content_of(client, render_id)) == status["sizeBytes"]
        for told in status["destinations"]:
            assert (told["status"], told["attempts"]) == ("failed", 2)
            assert bucket.name not in told["reason"] and str(out) not in told["reason"], told["reason"]
            assert "a.mp4" in told["reason"]


def test_where_a_connection_leads_stays_with_the_administrator(new_service: Callable[..., Service]) -> None:
    """Also where nothing answers there."""
    options = {"key": "a-key", "secret": "a-secret", "endpoint_url": "http://127.0.0.1:9"}
    service = new_service(
        connections=connections(media={"url": "s3://a-bucket/out", "options": options}),
        delivery_attempts="1",
        delivery_backoff_seconds="0.1",
    )
    with service.client() as client:
        wanted = [{"connection": "media", "path": "a.mp4"}]
        render_id = client.ready_render(client.ready_template(template_zip()), destinations=wanted)
        [told] = client.get(f"/render/{render_id}/status").json()["destinations"]
        assert told["status"] == "failed"
        assert told["reason"] == f"a.mp4 cannot be stored: {NO_ANSWER}"


def test_cancelled_while_it_is_delivered(
    new_service: Callable[..., Service], s3_server: S3Server, tmp_path: Path
) -> None:
    bucket = Bucket(s3_server)
    service = new_service(
        connections=connections(media=bucket_connection(bucket), disk=folder_connection(tmp_path / "out")),
        delivery_backoff_seconds="0.1",
        delivery_attempts="1000",
    )
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        used = client.get("/template/storage-status").json()["usedBytes"]
        wanted = [{"connection": "media", "path": "a.mp4"}, {"connection": "disk", "path": "a.mp4"}]
        with s3_server.failing("denied"):
            render_id = client.start_render(template_id, destinations=wanted, output={"poster": {}})
            path = f"/render/{render_id}/status"
            status = client.until(path, lambda one: any(told["reason"] for told in one["destinations"]))
            assert (status["status"], status["stage"]) == ("delivering", "delivering")
            assert [one["renderId"] for one in client.get("/render/active").json()] == [render_id]
            assert client.delete(f"/render/{render_id}").status_code == 409
            assert client.get(f"/render/{render_id}/download").status_code == 404
            assert client.get("/template/storage-status").json()["usedBytes"] > used
            client.until(path, lambda one: one["destinations"][1]["status"] == "delivered")
            assert client.post(f"/render/{render_id}/cancel").json()["status"] == "cancelled"
        status = client.get(path).json()
        assert [one["status"] for one in status["destinations"]] == ["cancelled", "delivered"]
        assert client.get("/template/storage-status").json()["usedBytes"] == used
        assert client.delete(f"/render/{render_id}").status_code == 200
        assert not list((service.data / "renders").iterdir())
