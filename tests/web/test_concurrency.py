"""Races for the last of a quota, of a budget, and of an Idempotency-Key; fairness between users."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import httpx
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import png, slow_template, template_zip, wav, zipped

from velocity_web.accounts.auth import key_digest

CLIENTS = 16


def at_once(service: Service, key: str, request: Callable[[Client, int], httpx.Response]) -> list[httpx.Response]:
    """The answers to ``request`` made by 16 clients of one user at the same moment."""
    barrier = Barrier(CLIENTS)

    def run(number: int) -> httpx.Response:
        with Client(service.url, key) as client:
            client.get("/health")
            barrier.wait()
            return request(client, number)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(run, range(CLIENTS)))


def statuses(answers: list[httpx.Response]) -> dict[int, int]:
    found: dict[int, int] = {}
    for answer in answers:
        found[answer.status_code] = found.get(answer.status_code, 0) + 1
    return found


def test_uploads_race_for_the_last_of_a_quota(service: Service) -> None:
    key = service.add_user(quota_mb=1)
    size = 150_000
    content = template_zip({"images/unused.bin": os.urandom(size)})
    room = 1_048_576 // len(content)
    answers = at_once(
        service, key, lambda client, _n: client.post("/template/upload", files={"file": ("a.zip", content)})
    )
    assert statuses(answers) == {200: room, 400: CLIENTS - room}
    with Client(service.url, key) as client:
        for answer in answers:
            if answer.status_code == 200:
                client.settle(f"/template/{answer.json()['templateId']}/status")
        assert client.get("/template/storage-status").json()["usedBytes"] == room * len(content)


def test_uploads_that_fail_give_their_room_back(service: Service) -> None:
    key = service.add_user(quota_mb=1)
    content = zipped({"data.json": "{}", "images/unused.bin": os.urandom(150_000)})
    with Client(service.url, key) as client:
        upload = client.post("/template/upload", files={"file": ("a.zip", content)}).json()
        assert client.settle(f"/template/{upload['templateId']}/status")["status"] == "failed"
        assert client.get("/template/storage-status").json()["usedBytes"] == 0


def test_uploads_of_different_kinds_share_one_quota(service: Service) -> None:
    key = service.add_user(quota_mb=1)
    sound, picture = wav(12), png() + b"\0" * 170_000

    def request(client: Client, number: int) -> httpx.Response:
        if number % 2:
            return client.post("/audio/upload", files={"file": ("a.wav", sound)})
        return client.post("/asset", files={"file": ("a.png", picture)})

    answers = at_once(service, key, request)
    with Client(service.url, key) as client:
        status = client.get("/template/storage-status").json()
        accepted = [
            len(sound) if n % 2 else len(picture) for n, answer in enumerate(answers) if answer.status_code == 200
        ]
        assert status["usedBytes"] == sum(accepted)
        assert status["usedBytes"] <= 1_048_576
        assert status["usedBytes"] + len(sound) > 1_048_576


def test_renders_race_for_the_last_of_a_budget(service: Service) -> None:
    key = service.add_user()
    with Client(service.url, key) as client:
        template_id = client.ready_template(slow_template())
        least = client.post("/render?dryRun=true", json=render_request(template_id)).json()["leastMilliseconds"]
        service.query(
            "UPDATE account SET budget_ms = ? WHERE id = (SELECT account_id FROM api_key WHERE digest = ?)",
            int(3.5 * least),
            key_digest(key),
        )
        answers = at_once(service, key, lambda other, _n: other.post("/render", json=render_request(template_id)))
        accepted = [answer.json()["renderId"] for answer in answers if answer.status_code == 200]
        assert statuses(answers) == {200: 3, 402: CLIENTS - 3}
        service.query(
            "UPDATE account SET budget_ms = used_ms + 500 WHERE id = (SELECT account_id FROM api_key WHERE digest = ?)",
            key_digest(key),
        )
        for render_id in accepted:
            client.settle(f"/render/{render_id}/status")
        budget = client.get("/render/render-time-budget-status").json()
        assert budget["usedMilliseconds"] == budget["totalMilliseconds"]


def test_concurrent_twins_make_one_job(client: Client, service: Service, template_id: str) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    request = render_request(template_id)
    answers = at_once(service, client.key, lambda other, _n: other.post("/render", json=request, headers=headers))
    assert statuses(answers) == {200: CLIENTS}
    assert len({answer.json()["renderId"] for answer in answers}) == 1
    client.settle(f"/render/{answers[0].json()['renderId']}/status")
    assert len(client.get("/render/history").json()) == 1


def test_deleting_and_rendering_race_without_a_lost_file(client: Client, service: Service) -> None:
    template_id = client.ready_template(template_zip())

    def request(other: Client, number: int) -> httpx.Response:
        if number % 4 == 0:
            return other.delete(f"/template/{template_id}")
        return other.post("/render", json=render_request(template_id))

    answers = at_once(service, client.key, request)
    assert statuses(answers).keys() <= {200, 400, 404}
    for entry in client.get("/render/active").json():
        status = client.settle(f"/render/{entry['renderId']}/status")
        assert status["status"] == "completed", status


def test_a_user_with_many_renders_does_not_starve_another(service: Service) -> None:
    greedy, modest = service.client(), service.client()
    content = template_zip()
    greedy_template, modest_template = greedy.ready_template(content), modest.ready_template(content)
    many = [greedy.start_render(greedy_template) for _ in range(8)]
    one = modest.start_render(modest_template)
    assert modest.settle(f"/render/{one}/status")["status"] == "completed"
    [(queued, begun)] = service.query(f"SELECT created_at, started_at FROM job WHERE id = '{one}'")
    others = dict(service.query("SELECT id, started_at FROM job WHERE kind = 'render' AND started_at IS NOT NULL"))
    ahead = sum(queued < others[render_id] < begun for render_id in many if render_id in others)
    assert ahead <= 2
    for render_id in many:
        greedy.settle(f"/render/{render_id}/status")


def test_many_workers_do_each_job_once(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="1")
    command = [sys.executable, "-m", "velocity_engine", "worker", "--data", str(service.data), "--workers", "1"]
    others = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(2)]
    try:
        client = service.client()
        template_id = client.ready_template(template_zip())
        ids = [client.start_render(template_id) for _ in range(12)]
        for render_id in ids:
            assert client.settle(f"/render/{render_id}/status")["status"] == "completed"
        assert service.query("SELECT DISTINCT attempts FROM job") == [(1,)]
        files = list((service.data / "renders").iterdir())
        assert len(files) == len(ids)
    finally:
        for other in others:
            other.terminate()
        for other in others:
            assert other.wait(PATIENCE) in (0, -signal.SIGTERM)  # which ends one that is still being started
