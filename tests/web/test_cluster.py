"""Two processes that answer and three that render, which share a database and a bucket and no folder."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from web.support_cluster import Cluster, require_cluster, running_cluster
from web.support_invariants import broken_invariants
from web.support_service import Client, render_request
from web.support_templates import slow_template, template_zip, wav

FOLDERS = ("templates", "audio", "assets", "renders")


def test_the_whole_way(cluster: Cluster) -> None:
    assert len(cluster.keys) == 1  # the first user is made once
    with cluster.client() as client:
        template_id = client.ready_template(template_zip(frames=40, size=(320, 240)))
        audio_id = client.ready_audio(wav())
        ids = [client.start_render(template_id, audioId=audio_id, name=f"Video {number}") for number in range(6)]
        batch = {**render_request(template_id), "rows": [{"name": f"Row {number}"} for number in range(6)]}
        batch_id = client.post("/render/batch", json=batch).json()["batchId"]
        client.until(f"/render/batch/{batch_id}", lambda status: status["status"] == "completed")
        for render_id in ids:
            client.settle(f"/render/{render_id}/status")
        assert not broken_invariants(cluster, client, {template_id: "template", **dict.fromkeys(ids, "render")})
        assert len(client.get("/render/all").json()) == 12
        contents = {client.get(f"/render/{render_id}/download").content for render_id in ids}
        assert len(contents) == 1
        assert client.get(f"/template/{template_id}/preview").content.startswith(b"\x89PNG")
    for name in cluster.members:
        for folder in FOLDERS:
            assert list((cluster.data / name / folder).iterdir()) == []


def test_what_one_process_began_another_ends(cluster: Cluster) -> None:
    urls = list(cluster.urls.values())
    key = cluster.add_user()
    with Client(urls[0], key) as one, Client(urls[1], key) as other:
        template_id = one.ready_template(slow_template())
        request = render_request(template_id)
        first = one.post("/render", json=request, headers={"Idempotency-Key": "same"}).json()
        again = other.post("/render", json=request, headers={"Idempotency-Key": "same"}).json()
        assert first == again
        path = f"/render/{first['renderId']}"
        other.until(f"{path}/status", lambda status: status["framesDone"] > 0)
        assert other.post(f"{path}/cancel").json()["status"] in ("cancelling", "cancelled")
        assert one.settle(f"{path}/status")["status"] == "cancelled"
        assert other.delete(f"/template/{template_id}").status_code == 200
        assert one.get(f"/template/{template_id}/download").status_code == 404


def test_a_quota_holds_for_all_processes_together(cluster: Cluster) -> None:
    key = cluster.add_user(quota_mb=1)
    content = template_zip({"filler.bin": random.Random(1).randbytes(150_000)})
    room = 1_048_576 // len(content)
    urls = list(cluster.urls.values())

    def upload(number: int) -> int:
        with Client(urls[number % 2], key) as client:
            return client.post("/template/upload", files={"file": ("a.zip", content)}).status_code

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(upload, range(12))) == [200] * room + [400] * (12 - room)


@pytest.mark.long
def test_a_cluster_stops_and_starts_again(tmp_path: Path) -> None:
    require_cluster()
    with running_cluster(tmp_path, grace_seconds="0.5", lease_seconds="3", poll_seconds="0.1") as cluster:
        client = cluster.client()
        template_id = client.ready_template(slow_template(6))
        ids = [client.start_render(template_id) for _ in range(5)]
        client.until(f"/render/{ids[0]}/status", lambda status: status["framesDone"] > 0)
        assert cluster.stop() == 0
        assert cluster.query("SELECT id FROM job WHERE lease_owner IS NOT NULL") == []
        assert (
            cluster.query(
                "SELECT render.charged_ms FROM render JOIN job ON job.subject_id = render.id "
                "WHERE job.status <> 'completed' AND render.charged_ms <> 0"
            )
            == []
        )  # a render that the stop sent back costs nothing; one may have ended before the stop
        cluster.start()
        with Client(cluster.url, client.key) as again:
            for render_id in ids:
                assert again.settle(f"/render/{render_id}/status")["status"] == "completed"
            assert not broken_invariants(cluster, again, dict.fromkeys(ids, "render"))
