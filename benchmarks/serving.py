"""A ``velocity serve`` for a benchmark, and what is asked of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

POLL_SECONDS = 0.02
END_SECONDS = 20
FINAL = ("completed", "failed", "cancelled")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    """A client, as the user that the server made in an empty folder, and the server's process."""

    client: httpx.Client
    pid: int

    def processor_seconds(self) -> float:
        """What the server and all processes below it took of the processors until now."""
        return sum(map(_processor_seconds, [self.pid, *_below(self.pid)]))


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Served]:
    """A server on a free port, with its data in ``folder``."""
    command = [sys.executable, "-m", "velocity_engine", "serve", "--data", str(folder / "data"), "--port", "0"]
    environment = {**os.environ, **{f"VELOCITY_{name.upper()}": value for name, value in settings.items()}}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment) as process,
    ):
        try:
            told = _told_at_start(process)
            assert told, (folder / "log").read_text()
            url, key = told
            with httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=60) as client:
                yield Served(client, process.pid)
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


def upload(client: httpx.Client, template: Path) -> str:
    """The id of a template that is analysed."""
    with template.open("rb") as file:
        sent = client.post("/template/upload", files={"file": (template.name, file)})
    template_id = str(answer_of(sent)["templateId"])
    completed(client, f"/template/{template_id}/status")
    return template_id


def completed(client: httpx.Client, path: str) -> dict[str, Any]:
    while (status := answer_of(client.get(path)))["status"] not in FINAL:
        time.sleep(POLL_SECONDS)
    assert status["status"] == "completed", status
    return status


def answer_of(response: httpx.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def _processor_seconds(pid: int) -> float:
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICKS  # its own, and of those below it that have ended
    return 0.0


def _below(pid: int) -> Iterator[int]:
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, path.read_text().split()):
                yield child
                yield from _below(child)
