"""What ``/metrics`` says of the whole service and of one process of it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed
from web.support_queue import add_account, add_job, empty, leased
from web.support_service import PATIENCE, Client, Service
from web.support_templates import template_zip

from velocity_web.accounts import budget
from velocity_web.clock import now_ms
from velocity_web.database import tallies, workers
from velocity_web.database.entities import execute, reading, writing
from velocity_web.database.tallies import Tally
from velocity_web.database.workers import Load
from velocity_web.failures import QuotaExceeded
from velocity_web.http.metrics import exposition
from velocity_web.jobs import queue
from velocity_web.jobs.reasons import BEGINNINGS, Reason, reason_of
from velocity_web.processes.processor_time import hung, too_long
from velocity_web.settings import Settings
from velocity_web.storage.files import NO_SPACE

Shown = dict[tuple[str, ...], float]
"""By name and values of the labels, in the order of the labels' names."""


def shown_by(text: str) -> Shown:
    return {
        (sample.name, *(value for _label, value in sorted(sample.labels.items()))): sample.value
        for family in parsed(text)
        for sample in family.samples
    }


def shown(service: Service) -> Shown:
    return shown_by(httpx.get(f"{service.url}/metrics", timeout=PATIENCE).text)


def until(service: Service, holds: Callable[[Shown], bool]) -> Shown:
    deadline = time.monotonic() + PATIENCE
    while not holds(found := shown(service)):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def test_a_service_shows_its_queue_workers_renders_cache_and_failures(new_service: Callable[..., Service]) -> None:
    service = new_service(light_workers="3")
    with service.client() as client:
        template_id = client.ready_template(template_zip(frames=30))
        client.ready_render(template_id)
        client.ready_render(template_id)
        bad = client.post("/audio/upload", files={"file": ("a.wav", b"RIFF\x00\x00\x00\x00WAVEfmt nothing")})
        client.settle(f"/audio/{bad.json()['audioId']}/status")
        until(service, lambda found: found.get(("velocity_failures_total", "audio", "content")) == 1)
        found = until(service, lambda found: found.get(("velocity_jobs_ended_total", "render", "completed"), 0) >= 2)
        video_bytes = sum(entry["sizeBytes"] for entry in client.get("/render/all").json())
        assert found["velocity_workers",] == 1
        assert (found["velocity_worker_slots", "render"], found["velocity_worker_slots", "other"]) == (1, 3)
        assert found["velocity_render_frames_total", "h264"] == 60
        assert found["velocity_render_seconds_total", "h264"] > 0
        assert found["velocity_cache_frames_total", "miss"] == 30, "the first render"
        assert found["velocity_cache_frames_total", "hit"] == 30, "the second was the same order"
        assert found["velocity_stored_bytes_total", "video"] == video_bytes
        before = found["velocity_sent_bytes_total",]
        content = client.get(f"/render/{client.get('/render/all').json()[0]['renderId']}/download").content
        assert shown(service)["velocity_sent_bytes_total",] >= before + len(content)
    service.query(
        "INSERT INTO job (id, kind, account_id, subject_id, name, status, stage, attempts, not_before, created_at) "
        "SELECT 'later', 'render', account_id, 'later', 'later', 'pending', 'uploaded', 0, ?, created_at - 60000 "
        "FROM job LIMIT 1",
        now_ms() + 3_600_000,
    )
    found = shown(service)
    assert found["velocity_jobs", "render", "waiting"] == 1
    assert found["velocity_queue_age_seconds", "render"] > 60
    assert found["velocity_queue_age_seconds", "audio"] == 0
    assert service.stop() == 0
    assert service.query("SELECT COUNT(*) FROM worker") == [(0,)], "who leaves says so"


def test_failures_are_counted_once_by_few_reasons(own_database: Path) -> None:
    empty()
    settings = Settings(data=own_database.parent, max_attempts=1)
    before = shown_by(exposition().decode())
    sentences = [budget.EXHAUSTED, "the font is broken", too_long(3)]
    for sentence in sentences:
        key = add_job(account := add_account())
        job = queue.claim("a:1:1", renders=True, settings=settings)
        assert job == leased(key, account)
        assert queue.fail("a:1:1", job, sentence)
        assert not queue.fail("a:1:1", job, sentence)
    found = shown_by(exposition().decode())
    grown = {name: value - before.get(name, 0) for name, value in found.items() if name[0] == "velocity_failures_total"}
    assert {name[2] for name, more in grown.items() if more == 1} == {"budget", "content", "time"}
    ended = ("velocity_jobs_ended_total", "render", "failed")
    assert found[ended] - before.get(ended, 0) == 3


def test_each_sentence_has_its_reason() -> None:
    assert reason_of(f"{QuotaExceeded.title}: 12 bytes do not fit") == Reason.QUOTA
    assert reason_of(NO_SPACE) == Reason.DISK
    assert reason_of(hung(3)) == reason_of(too_long(3)) == Reason.TIME
    assert reason_of("failed after 3 attempts: its worker was lost") == Reason.LOST
    assert reason_of("failed after 3 attempts: its process crashed") == Reason.CRASH
    assert reason_of("failed after three tries") == Reason.CONTENT
    assert {*BEGINNINGS.values(), Reason.CONTENT} == set(Reason)


def test_what_is_rolled_back_is_not_counted(own_database: Path) -> None:
    def counted() -> float:
        tallies.write_down()
        with reading():
            return sum(amount for name, kind, _what, amount in tallies.read() if (name, kind) == ("render_frames", "x"))

    def fail() -> None:
        with writing():
            tallies.count(Tally.RENDER_FRAMES, "x", amount=5)
            raise ZeroDivisionError

    before = counted()
    with pytest.raises(ZeroDivisionError):
        fail()
    assert counted() == before
    with writing():
        tallies.count(Tally.RENDER_FRAMES, "x", amount=5.5)
    assert counted() == counted() == before + 5.5


def test_workers_that_are_silent_do_not_live(own_database: Path) -> None:
    workers.say("a", Load(2, 1, 1, 0))
    workers.say("a", Load(2, 1, 2, 1))
    workers.say("b", Load(4, 1, 0, 0))
    with writing():
        execute("UPDATE worker SET seen_at = seen_at - 20000 WHERE id = 'b'", {})
    found = shown_by(exposition().decode())
    assert found["velocity_workers",] == 1
    assert (found["velocity_worker_slots", "render"], found["velocity_worker_busy", "render"]) == (2, 2)
    workers.leave("a")
    assert shown_by(exposition().decode())["velocity_workers",] == 0


def test_the_board_asks_for_nothing_that_is_not_there(client: Client, template_id: str) -> None:
    client.ready_render(template_id)
    said = client.get("/metrics").text
    names = set(re.findall(r"^# TYPE (\S+)", said, re.MULTILINE))
    samples = {line.split("{")[0].split(" ")[0] for line in said.splitlines() if not line.startswith("#")}
    board = json.loads((Path(__file__).parents[2] / "deploy/grafana/velocity.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    assert len(asked) > 10
    for expression in asked:
        for name in re.findall(r"velocity_\w+", expression):
            assert name in names | samples | {f"{one}_bucket" for one in names}, f"{name} of {expression}"
