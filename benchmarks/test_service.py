"""A render by REST against the same render by command: the service is warm, a command starts a process of its own.

By command: from its start until it has ended. By REST: from the request until the client, which asks every 20 ms, hears
that the render is completed. Both give the same bytes. In turn, so that what else the machine does falls on both.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.serving import answer_of, completed, serving, upload
from benchmarks.templates import NAMES, template_path
from benchmarks.test_beginning import seconds_of
from benchmarks.test_encode_path import FRAMES, ROUNDS

SHORT = 30  # frames: of so short a render most is what comes before the first frame and after the last
BYTES_A_SECOND = 625_000  # 5 Mbit/s, as in the other benchmarks
MIN_ROUNDS = 3


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with serving(tmp_path_factory.mktemp("service")) as served:
        yield served.client


@pytest.fixture(scope="module")
def uploaded(service: httpx.Client) -> dict[str, str]:
    """The ids of the templates that were uploaded and analysed so far, by name."""
    return {}


@pytest.mark.parametrize("count", [FRAMES, SHORT])
@pytest.mark.parametrize("name", NAMES)
def test_rest_against_command(
    benchmark: Any, record: Any, service: httpx.Client, uploaded: dict[str, str], name: str, count: int, tmp_path: Path
) -> None:
    template_id = uploaded.get(name) or uploaded.setdefault(name, upload(service, template_path(name)))
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
        video = service.get(render["videoDownloadUrl"])
        assert video.status_code == 200 and video.content == output.read_bytes()
    told = min(render["renderTimeMilliseconds"] for render in renders) / 1000
    record(name, "1080p", None, f"service:{count}", command=min(by_command), rest=min(by_rest), told=told)


def _by_command(template: Path, output: Path, count: int) -> float:
    words = ["render", str(template), "-o", str(output), "--bitrate", f"{BYTES_A_SECOND} B/s", "-q", "--no-cache"]
    return seconds_of("-m", "velocity_engine", *words, "--frames", f"0:{count}")


def _by_rest(client: httpx.Client, template_id: str, count: int) -> dict[str, Any]:
    """The status of a render that was asked for and is completed."""
    request = {
        "templateId": template_id,
        "name": "Benchmark",
        "jobInfo": {"fStart": 0, "fEnd": count},
        "encoderConfig": {"bitrate": BYTES_A_SECOND},
    }
    render_id = answer_of(client.post("/render", json=request))["renderId"]
    return completed(client, f"/render/{render_id}/status")
