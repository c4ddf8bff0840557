"""A running studio, and who asks it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class RunningStudio:
    """``address`` is what the terminal shows; ``renders`` the folder of videos."""

    address: str
    place: Path
    renders: Path
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return self.address.split("/#")[0]

    @property
    def token(self) -> str:
        return self.address.split("token=")[1]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"X-API-Key": self.token}, timeout=PATIENCE)

    def save(self, change: Any) -> None:
        """Writes the document anew with a change, as an export does: a new file in the place of the old one."""
        document = json.loads((self.place / "data.json").read_text())
        change(document)
        new = self.place / "data.new"
        new.write_text(json.dumps(document))
        os.replace(new, self.place / "data.json")


@contextmanager
def running_studio(place: Path, renders: Path) -> Iterator[RunningStudio]:
    command = [sys.executable, "-m", "velocity_engine", "studio", str(place), "--no-browser", "--renders", str(renders)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/#token=\S+", process.stdout.readline())
        assert found, "the studio did not say where it is"
        yield RunningStudio(found[0], place, renders, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(ask: Any, what: str) -> Any:
    """What ``ask`` returns, once that is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := ask():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come")
