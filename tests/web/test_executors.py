"""Renders whose segments an executor renders: by the settings, by the request, and what becomes of its processes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from web.support_service import FINAL, PATIENCE, Client, Service, render_request
from web.support_templates import slow_template, template_zip

from velocity_web.orders.executors import needs_of_all
from velocity_web.settings import Settings

CONFIG = {"bitrate": 100_000, "preset": 5, "gop": 5}


@pytest.fixture(scope="module")
def spreading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One that renders by processes, and lets requests choose another way."""
    environment = {"VELOCITY_EXECUTOR": "processes", "VELOCITY_EXECUTORS_ALLOWED": '["local"]'}
    service = Service(tmp_path_factory.mktemp("service") / "data", environment).start()
    yield service
    service.kill()


def video(client: Client, template_id: str, **more: object) -> str:
    render_id = client.ready_render(template_id, encoderConfig=CONFIG, **more)
    return hashlib.sha256(client.get(f"/render/{render_id}/download").content).hexdigest()


def processes_of(service: Service) -> set[int]:
    """All processes that render segments for the service."""
    assert service.process
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if b"multiprocessing.spawn" in (entry / "cmdline").read_bytes() and _descends(entry, service.process.pid):
                found.add(int(entry.name))
        except OSError:
            continue
    return found


def _descends(entry: Path, ancestor: int) -> bool:
    while (parent := int((entry / "stat").read_text().rpartition(")")[2].split()[1])) > 1:
        if parent == ancestor:
            return True
        entry = Path("/proc", str(parent))
    return False


def test_every_way_makes_the_same_video(spreading: Service) -> None:
    client = spreading.client()
    template_id = client.ready_template(template_zip(frames=30))
    by_setting = video(client, template_id)
    assert (
        by_setting == video(client, template_id, executor="processes") == video(client, template_id, executor="local")
    )


@pytest.mark.long
def test_a_request_that_chooses_processes_is_rendered_by_them_to_the_same_bytes(
    new_service: Callable[..., Service],
) -> None:
    """Of a service that renders in one process by itself."""
    service = new_service(executors_allowed='["processes"]')
    client = service.client()
    template_id = client.ready_template(slow_template(8))
    output = {"poster": {"frame": 3}}
    render_id = client.start_render(template_id, encoderConfig=CONFIG, output=output, executor="processes")
    seen = False

    def look(status: dict[str, Any]) -> bool:
        nonlocal seen
        seen = seen or bool(processes_of(service))
        return status["status"] in FINAL

    status = client.until(f"/render/{render_id}/status", look)
    assert status["status"] == "completed", status
    assert seen, "processes of their own rendered it"
    here = client.ready_render(template_id, encoderConfig=CONFIG, output=output)
    assert not processes_of(service)
    for part in ("download", "poster"):
        one, other = (client.get(f"/render/{made}/{part}").content for made in (render_id, here))
        assert one == other and one


def test_a_request_names_what_is_allowed(spreading: Service) -> None:
    client = spreading.client()
    template_id = client.ready_template(template_zip())
    request = render_request(template_id, executor="dask")
    for path in ("/render", "/render?dryRun=true"):
        answer = client.post(path, json=request)
        assert answer.status_code == 400
        assert answer.json()["errors"] == {"executor": ["it must be one of local, processes, or left out"]}
    batch = {**request, "rows": [{"name": "One"}]}
    assert client.post("/render/batch", json=batch).json()["errors"] == answer.json()["errors"]
    assert client.post("/render/batch", json={**batch, "executor": "local"}).status_code == 200


def test_a_service_that_allows_none_says_so(client: Client) -> None:
    template_id = client.ready_template(template_zip())
    answer = client.post("/render", json=render_request(template_id, executor="local"))
    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "executor": ["this service lets no request choose an executor; leave it out"],
    }


def test_its_processes_end_with_a_render_that_is_cancelled(spreading: Service) -> None:
    client = spreading.client()
    template_id = client.ready_template(slow_template())
    render_id = client.start_render(template_id)
    deadline = time.monotonic() + PATIENCE
    while not processes_of(spreading):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert client.post(f"/render/{render_id}/cancel").status_code == 200
    while processes_of(spreading):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert client.settle(f"/render/{render_id}/status")["status"] == "cancelled"


def test_what_is_granted_for_it_is_told(spreading: Service) -> None:
    [sentence] = [one for one in spreading.client().get("/ready").json()["confinement"]["missing"] if "executor" in one]
    assert sentence == "programs: for an executor they can start Python, which is confined as they are"


def test_one_that_is_not_installed_is_said_at_start(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the executor nowhere is not installed in this service"):
        Service(tmp_path / "data", {"VELOCITY_EXECUTOR": "nowhere"}).start()
    with pytest.raises(ValueError, match="the executor nowhere"):
        needs_of_all(Settings(data=tmp_path, executors_allowed=["local", "nowhere"]))
