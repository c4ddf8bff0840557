"""kill -9 of the server, of its worker, and of the processes that render, at random moments."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest
from web.support_cluster import require_cluster, running_cluster
from web.support_invariants import broken_invariants
from web.support_processes import children_of, command_line, kill_something
from web.support_service import Client, Service, render_request
from web.support_templates import slow_template, template_zip, wav

KILLS = int(os.environ.get("VELOCITY_TEST_KILLS", "20"))
"""Of the long run."""
SETTINGS = {"lease_seconds": "3", "poll_seconds": "0.1", "max_attempts": "50", "grace_seconds": "1"}


def restart(service: Service) -> None:
    service.process = None
    service.start()


@pytest.fixture
def services(new_service: Callable[..., Service], tmp_path: Path) -> Iterator[Callable[[str], Service]]:
    """On "one" machine, or on "many" that share a database and a bucket."""
    with ExitStack() as opened:

        def start(machines: str) -> Service:
            if machines == "one":
                return new_service(**SETTINGS)
            return opened.enter_context(running_cluster(tmp_path, **SETTINGS))

        yield start


@pytest.mark.timeout(600 + KILLS * 60)
@pytest.mark.parametrize(
    ("machines", "kills"),
    [
        ("one", 6),
        ("many", 4),
        pytest.param("one", KILLS, marks=pytest.mark.long),
        pytest.param("many", KILLS, marks=pytest.mark.long),
    ],
)
def test_nothing_is_lost_whatever_is_killed(services: Callable[[str], Service], machines: str, kills: int) -> None:
    if machines == "many":
        require_cluster()
    service = services(machines)
    key = service.add_user(quota_mb=200)
    chance = random.Random(20)
    content, sound = template_zip(frames=40, size=(320, 240)), wav()
    with Client(service.url, key) as client:
        template_id = client.ready_template(content)
    accepted: dict[str, str] = {template_id: "template"}
    for _ in range(kills):
        with Client(service.url, key) as client, suppress(httpx.HTTPError):
            for _ in range(chance.randint(1, 3)):
                answer = client.post("/render", json=render_request(template_id))
                if answer.status_code == 200:
                    accepted[answer.json()["renderId"]] = "render"
            answer = client.post("/template/upload", files={"file": ("t.zip", content)})
            if answer.status_code == 200:
                accepted[answer.json()["templateId"]] = "template"
            answer = client.post("/audio/upload", files={"file": ("s.wav", sound)})
            if answer.status_code == 200:
                accepted[answer.json()["audioId"]] = "audio"
        time.sleep(chance.random() * 0.5)
        kill_something(service, chance)
    with Client(service.url, key) as client:
        for thing, kind in accepted.items():
            client.settle(f"/{kind}/{thing}/status")
        assert not broken_invariants(service, client, accepted)
        assert client.get("/render/active").json() == client.get("/template/active").json() == []
    assert len(accepted) > kills


def render_children(service: Service) -> list[int]:
    """The processes below the worker's forking parent; the server has one of its own."""
    assert service.process
    [worker] = [pid for pid in children_of(service.process.pid) if "velocity_web.jobs.worker" in command_line(pid)]
    return children_of(worker)[1:]


def test_a_render_whose_process_dies_is_tried_again_then_failed_with_the_reason(
    new_service: Callable[..., Service],
) -> None:
    service = new_service(max_attempts="2", poll_seconds="0.1")
    client = service.client()
    template_id = client.ready_template(slow_template())
    other = client.ready_template(template_zip())
    render_id = client.start_render(template_id)
    for attempt in (1, 2):
        client.until(
            f"/render/{render_id}/status",
            lambda status: (
                status["framesDone"] > 0
                and service.query("SELECT attempts FROM job WHERE id = ? AND lease_owner IS NOT NULL", render_id)
                == [(attempt,)]
            ),
        )
        os.kill(render_children(service)[-1], signal.SIGKILL)
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "failed"
    assert status["reason"].startswith("failed after 2 attempts: the system ended its process")
    assert client.ready_render(other)


def test_a_restart_picks_up_what_was_queued(new_service: Callable[..., Service]) -> None:
    service = new_service(grace_seconds="0.5")
    client = service.client()
    template_id = client.ready_template(template_zip())
    slow = client.ready_template(slow_template())
    running = client.start_render(slow)
    queued = [client.start_render(template_id) for _ in range(2)]
    client.until(f"/render/{running}/status", lambda status: status["framesDone"] > 0)
    assert service.stop() == 0
    [(status, attempts, owner)] = service.query("SELECT status, attempts, lease_owner FROM job WHERE id = ?", running)
    assert (status, attempts, owner) == ("processing", 0, None)
    assert service.query("SELECT used_ms FROM account WHERE used_ms <> 0") == []
    restart(service)
    with Client(service.url, client.key) as again:
        assert again.post(f"/render/{running}/cancel").status_code == 200
        for render_id in queued:
            assert again.settle(f"/render/{render_id}/status")["status"] == "completed"
        assert not broken_invariants(service, again, dict.fromkeys(queued, "render"))


def test_requests_under_way_finish_when_the_server_is_told_to_stop(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0")
    client = service.client()
    content = template_zip()
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.zip"\r\n\r\n' + content + b"\r\n--b--\r\n"

    def slowly() -> Iterator[bytes]:
        yield body[:50]
        time.sleep(0.3)
        assert service.process
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.7)
        yield body[50:]

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = client.post("/template/upload", content=slowly(), headers=headers)
    assert answer.status_code == 200
    assert service.wait() == 0
    with pytest.raises(httpx.ConnectError):
        Client(service.url, client.key).get("/health")


@pytest.mark.long
def test_a_render_without_progress_is_ended(new_service: Callable[..., Service]) -> None:
    service = new_service(stall_seconds="2", max_attempts="1", poll_seconds="0.1")
    client = service.client()
    render_id = client.start_render(client.ready_template(slow_template()))
    client.until(f"/render/{render_id}/status", lambda status: status["framesDone"] > 0)
    os.kill(render_children(service)[-1], signal.SIGSTOP)
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "failed"
    assert "no frame came" in status["reason"]
