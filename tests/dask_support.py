"""A dask scheduler and workers in processes of their own on 127.0.0.1, which end with the test, or by themselves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import velocity_engine as ve

PATIENCE = 900.0
"""Ends what hangs. What is waited for takes seconds, or a minute where the machine has other work."""
PATIENT = {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "2 hours", "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "600s"}
"""A machine that has other work may let a worker stand for minutes."""
QUIET = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")


@dataclass
class Worker:
    """``cache`` is the only folder that it keeps files in."""

    process: subprocess.Popen[bytes]
    threads: int
    cache: Path


@dataclass
class Cluster:
    """``folder`` is for files and logs. Starts with a scheduler and no workers."""

    folder: Path
    workers: list[Worker] = field(default_factory=list)
    address: str = ""
    scheduler: subprocess.Popen[bytes] | None = None
    begun: int = 0

    def __enter__(self) -> Cluster:
        self.folder.mkdir(parents=True, exist_ok=True)
        said = self.folder / "scheduler.json"
        options = ["--host", "127.0.0.1", "--port", "0", *QUIET, "--no-show", "--scheduler-file", str(said)]
        self.scheduler = self.started("scheduler", ["scheduler", *options, "--idle-timeout", "1200"])
        until(lambda: said.exists() and bool(said.read_text()))
        self.address = json.loads(said.read_text())["address"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in (*(worker.process for worker in self.workers), self.scheduler):
            if process is not None:
                process.kill()
                process.wait()

    @property
    def executor(self) -> str:
        """As a render names it."""
        return f"dask://{self.address.removeprefix('tcp://')}"

    def add(self, *threads: int, environment: Mapping[str, str] | None = None) -> None:
        """Further workers, one for each number of threads. They are there once this returns."""
        logs = []
        for count in threads:
            name = f"worker-{self.begun}"
            self.begun += 1
            cache = self.folder / name
            path = os.pathsep.join(filter(None, [(environment or {}).get("PYTHONPATH"), str(Path(__file__).parent)]))
            more = {**(environment or {}), "PYTHONPATH": path, "VELOCITY_CACHE": str(cache)}
            own = ["--host", "127.0.0.1", "--nthreads", str(count), "--no-nanny", *QUIET, "--name", name]
            command = ["worker", self.address, *own, "--death-timeout", "600", "--local-directory", str(cache / "dask")]
            self.workers.append(Worker(self.started(name, command, more), count, cache))
            logs.append(self.folder / f"{name}.log")
        until(lambda: all("Registered to" in log.read_text() for log in logs))

    def kill(self, number: int) -> None:
        """A worker dies, at once."""
        worker = self.workers.pop(number)
        worker.process.kill()
        worker.process.wait()

    def stop(self, number: int) -> None:
        """A worker stands still."""
        self.workers[number].process.send_signal(signal.SIGSTOP)

    def started(
        self, name: str, arguments: list[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                stdout=log,
                stderr=log,
                env={**os.environ, **PATIENT, **(environment or {})},
                cwd=self.folder,
                start_new_session=True,
            )


def until(there: Callable[[], bool]) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError, ValueError):
            if there():
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def rendered(order: ve.RenderOrder, folder: Path, executor: str | None) -> bytes:
    """The bytes of an order's video."""
    output = folder / f"{(executor or 'here').partition(':')[0]}{Path(order.output).suffix}"
    ve.render_order(order.to(output), executor=executor)
    return output.read_bytes()
