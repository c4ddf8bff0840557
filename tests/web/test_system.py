"""Health, readiness, metrics, logs, and what a process of the service may do."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from web.support_service import Client, Service
from web.support_templates import slow_template, solid, still, template_zip
from web.test_crash import render_children

import velocity_web
from velocity_web.processes.assignments import PreviewQuestion
from velocity_web.processes.previewers import Previewers, Subject
from velocity_web.processes.runner import Runner, TaskFailed, TemplateFiles
from velocity_web.settings import Settings
from velocity_web.storage.files import make_folders


def test_health_and_readiness_need_no_key(service: Service, client: Client) -> None:
    client.headers.pop("X-API-Key")
    assert client.get("/health").json()["status"] == "ok"
    ready = client.get("/Ready/").json()
    assert ready.pop("confinement").keys() == {"landlock", "seccomp", "missing"}
    assert ready == {"status": "ready", "database": "ok", "storage": "ok"}
    assert client.get("/").status_code == 200


def test_what_language_models_are_told_is_true(service: Service, client: Client) -> None:
    document = client.get("/openapi.json").json()
    client.headers.pop("X-API-Key")
    answer = client.get("/llms.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text == (Path(__file__).resolve().parents[2] / "llms.txt").read_text("utf-8")
    assert len(answer.text) < 4000
    requests = re.findall(r"`(GET|POST) (/[^` ?]+)", answer.text)
    known = {
        (method.upper(), re.sub(r"\{\w+\}", "{id}", path))
        for path in document["paths"]
        for method in document["paths"][path]
    }
    assert len(requests) > 7
    assert set(requests) <= known
    for link in re.findall(r"\]\((/[^)]+)\)", answer.text):
        assert client.get(link).status_code == 200, link
    entry = document["components"]["schemas"]["CustomizationEntry"]["properties"]
    assert set(re.findall(r'"customizationMap": \[\{"(\w+)"', answer.text)) <= set(entry)


def test_an_unready_server_says_what_it_lacks(new_service: Callable[..., Service]) -> None:
    service = new_service(workers="0")
    shutil.rmtree(service.data / "tmp")
    answer = service.client().get("/ready")
    assert answer.status_code == 503
    assert "storage" in answer.json()["detail"]
    assert service.client().get("/health").status_code == 200


def test_metrics_count_requests_and_jobs(client: Client, template_id: str) -> None:
    client.ready_render(template_id)
    said = client.get("/metrics").text
    assert 'velocity_jobs{kind="render",status="waiting"} ' in said
    assert re.search(r'velocity_requests_total\{method="POST",route="/render",status="200"\} [1-9]', said)
    assert "velocity_storage_used_bytes" in said


def test_logs_are_json_with_the_requests_id_and_without_keys(client: Client, service: Service) -> None:
    client.get("/template/all", headers={"X-Request-Id": "look-for-me"})
    lines = (service.data / "server.log").read_text().splitlines()
    [entry] = [json.loads(line) for line in lines if "look-for-me" in line]
    assert (entry["method"], entry["path"], entry["status"]) == ("GET", "/template/all", 200)
    assert client.key not in "".join(lines)


def test_unknown_paths_and_methods_are_problems(client: Client) -> None:
    assert client.get("/nothing").status_code == 404
    answer = client.put("/render/all")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert "GET" in answer.headers["allow"]


def test_a_child_is_confined(service: Service, client: Client) -> None:
    render_id = client.start_render(client.ready_template(slow_template()))
    client.until(f"/render/{render_id}/status", lambda status: status["framesDone"] > 0)
    child = render_children(service)[-1]
    status = Path(f"/proc/{child}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert os.getsid(child) == child
    assert service.process
    own = os.getpriority(os.PRIO_PROCESS, service.process.pid)
    assert os.getpriority(os.PRIO_PROCESS, child) == min(own + 5, 19)
    limits = Path(f"/proc/{child}/limits").read_text()
    assert re.search(rf"Max data size +{6144 * 2**20} ", limits)
    assert re.search(r"Max cpu time +14400 ", limits)
    client.post(f"/render/{render_id}/cancel")


def is_open_to_all(folder: str) -> bool:
    return all(path.stat().st_mode & stat.S_IXOTH for path in Path(folder).resolve().parents)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
@pytest.mark.skipif(
    not all(is_open_to_all(folder) for folder in (sys.base_prefix, sys.prefix, velocity_web.__file__)),
    reason="Python or the project lies where other users may not read",
)
def test_children_become_another_user(new_service: Callable[..., Service], tmp_path: Path) -> None:
    for folder in [tmp_path, *list(tmp_path.parents)[:3]]:
        folder.chmod(0o755)
    service = new_service(run_as="nobody", workers="1")
    client = service.client()
    render_id = client.start_render(client.ready_template(slow_template()))
    client.until(f"/render/{render_id}/status", lambda status: status["framesDone"] > 0)
    assert Path(f"/proc/{render_children(service)[-1]}").stat().st_uid == pwd.getpwnam("nobody").pw_uid
    client.post(f"/render/{render_id}/cancel")
    assert client.ready_render(client.ready_template(template_zip()))


@pytest.mark.long
def test_a_render_that_needs_too_much_memory_fails_with_that_reason(new_service: Callable[..., Service]) -> None:
    service = new_service(render_memory_mb="260")
    client = service.client()
    encoder = {"bitrate": 1_000_000, "res": [7680, 4320], "codec": 1, "preset": 5}
    render_id = client.start_render(client.ready_template(template_zip()), encoderConfig=encoder)
    status = client.settle(f"/render/{render_id}/status")
    assert status["status"] == "failed"
    assert "memory" in status["reason"], status["reason"]


def heavy_template() -> bytes:
    """A template one of whose frames, in a large size, takes seconds of work: no layer hides another."""
    layers = []
    for number in range(100):
        box = solid(f"Box {number}", "#3366cc", 10, number + 1, (1280, 720))
        box["ks"] |= {"o": still(50), "r": still(number % 90 + 0.5)}
        layers.append(box)
    return template_zip(size=(1280, 720), layers=layers)


def test_a_task_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """It takes so much longer that a machine with other work cannot let it end in time by letting this test wait."""
    file = tmp_path / "heavy.zip"
    file.write_bytes(heavy_template())
    make_folders(tmp_path)
    settings = Settings(data=tmp_path, still_seconds=0.2)
    runner = Runner(settings)
    try:
        previewers = Previewers(runner, settings, "1")
        question = PreviewQuestion(frames=[0], size=[4000, 2250], kind="png")
        with pytest.raises(TaskFailed, match="longer than"):
            previewers.draw(
                Subject("account", TemplateFiles(file), "heavy.zip"), question, b"[]", lambda _named, _shelf: {}
            )
    finally:
        runner.close()
