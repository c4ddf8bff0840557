"""A render by REST against the same render by command: the service is warm, a command starts a process of its own.

By command: from its start until it has ended. By REST: from the request until the client, which asks every 20 ms, hears
that the render is completed. Both give the same bytes. In turn, so that what else the machine does falls on both.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.templates import NAMES, template_path
from benchmarks.test_beginning import seconds_of
from benchmarks.test_encode_path import FRAMES, ROUNDS

SHORT = 30  # frames: of so short a render most is what comes before the first frame and after the last
BYTES_A_SECOND = 625_000  # 5 Mbit/s, as in the other benchmarks
POLL_SECONDS = 0.02
MIN_ROUNDS = 3
END_SECONDS = 20
FINAL = ("completed", "failed", "cancelled")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of ``velocity serve`` on a free port, as the user that it makes in an empty folder."""
    folder = tmp_path_factory.mktemp("service")
    command = [sys.executable, "-m", "velocity_engine", "serve", "--data", str(folder / "data"), "--port", "0"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            told = _told_at_start(process)
            assert told, (folder / "log").read_text()
            url, key = told
            with httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=60) as client:
                yield client
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _told_at_start(process: subprocess.Popen[str]) -> tuple[str, str] | None:
    """The address and the first user's key; None when the server ended before it told them."""
    assert process.stdout
    key = ""
    for line in process.stdout:
        if "shown this once" in line:
            key = line.rsplit(" ", 1)[1].strip()
        if "http://" in line:
            return line[line.index("http://") :].strip(), key
    return None


@pytest.fixture(scope="module")
def uploaded(service: httpx.Client) -> dict[str, str]:
    """The ids of the templates that were uploaded and analysed so far, by name."""
    return {}


@pytest.mark.parametrize("count", [FRAMES, SHORT])
@pytest.mark.parametrize("name", NAMES)
def test_rest_against_command(
    benchmark: Any, record: Any, service: httpx.Client, uploaded: dict[str, str], name: str, count: int, tmp_path: Path
) -> None:
    template_id = uploaded.get(name) or uploaded.setdefault(name, _upload(service, template_path(name)))
    output = tmp_path / "command.mp4"
    by_command: list[float] = []
    by_rest: list[float] = []
    renders: list[dict[str, Any]] = []

    def both() -> None:
        by_command.append(_by_command(template_path(name), output, count))
        start = time.perf_counter()
        renders.append(_by_rest(service, template_id, count))
        by_rest.append(time.perf_counter() - start)

    _by_command(template_path(name), output, 1)
    _by_rest(service, template_id, 1)
    benchmark.pedantic(both, rounds=max(ROUNDS, MIN_ROUNDS))
    for render in renders:
        answer = service.get(render["videoDownloadUrl"])
        assert answer.status_code == 200 and answer.content == output.read_bytes()
    told = min(render["renderTimeMilliseconds"] for render in renders) / 1000
    record(name, "1080p", None, f"service:{count}", command=min(by_command), rest=min(by_rest), told=told)


def _by_command(template: Path, output: Path, count: int) -> float:
    words = ["render", str(template), "-o", str(output), "--bitrate", f"{BYTES_A_SECOND} B/s", "-q", "--no-cache"]
    return seconds_of("-m", "velocity_engine", *words, "--frames", f"0:{count}")


def _upload(client: httpx.Client, template: Path) -> str:
    """The id of a template that is analysed."""
    with template.open("rb") as file:
        template_id = str(_answer(client.post("/template/upload", files={"file": (template.name, file)}))["templateId"])
    _completed(client, f"/template/{template_id}/status")
    return template_id


def _by_rest(client: httpx.Client, template_id: str, count: int) -> dict[str, Any]:
    """The status of a render that was asked for and is completed."""
    request = {
        "templateId": template_id,
        "name": "Benchmark",
        "jobInfo": {"fStart": 0, "fEnd": count},
        "encoderConfig": {"bitrate": BYTES_A_SECOND},
    }
    render_id = _answer(client.post("/render", json=request))["renderId"]
    return _completed(client, f"/render/{render_id}/status")


def _completed(client: httpx.Client, path: str) -> dict[str, Any]:
    while (status := _answer(client.get(path)))["status"] not in FINAL:
        time.sleep(POLL_SECONDS)
    assert status["status"] == "completed", status
    return status


def _answer(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer
