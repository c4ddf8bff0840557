"""The server's memory stays where it is, whatever is asked of it and however often."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from web.support_service import Client, Service, render_request
from web.support_templates import template_zip

BRIEFLY, LONG = (600, 600, 16.0), (8_000, 4_000, 4.0)
"""Requests before the memory is measured, requests then, and the MiB it may grow: the first thousands fill caches that
are bounded."""


def resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def asking(client: Client, template_id: str) -> Callable[[int], None]:
    """What is asked as the request of a number: no two of a kind are quite the same."""

    def ask(number: int) -> None:
        steps: list[Callable[[], httpx.Response]] = [
            lambda: client.get(f"/render/history?take=20&skip={number}"),
            lambda: client.get(f"/webhook/deliveries?take=20&skip={number}"),
            lambda: client.get(f"/template/{template_id}/status"),
            lambda: client.get(f"/template/00000000-0000-4000-8000-{number:012x}/status"),
            lambda: client.request(f"ODD{number}", "/template/all"),
        ]
        answer = steps[number % len(steps)]()
        assert answer.status_code < 500, answer.text
        if number % 60 == 0:
            answer = client.post("/render", json=render_request(template_id, name=f"Video {number}"))
        assert answer.status_code < 500, answer.text

    return ask


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
@pytest.mark.parametrize(("warm_up", "measured", "most_mib"), [BRIEFLY, pytest.param(*LONG, marks=pytest.mark.long)])
def test_requests_without_end_do_not_fill_the_server(
    new_service: Callable[..., Service], warm_up: int, measured: int, most_mib: float
) -> None:
    service = new_service(workers="0", log_level="WARNING")
    assert service.process
    with service.client() as client, ThreadPoolExecutor(6) as pool:
        ask = asking(client, client.upload_template(template_zip()))
        list(pool.map(ask, range(warm_up)))
        before = resident_mib(service.process.pid)
        list(pool.map(ask, range(warm_up, warm_up + measured)))
        grown = resident_mib(service.process.pid) - before
    assert grown < most_mib


def test_methods_that_do_not_exist_are_counted_as_one(client: Client) -> None:
    for number in range(3):
        client.request(f"ODD{number}", "/template/all")
    shown = client.get("/metrics").text
    assert 'method="other"' in shown
    assert "ODD" not in shown
