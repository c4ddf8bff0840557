"""The service on several machines, as far as one can show it: processes that share a database and a bucket."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from web.support_bucket import Bucket, BucketService, S3Server
from web.support_postgres import Postgres, binary
from web.support_service import PATIENCE, Client

APIS, WORKERS = 2, 3
MACHINES = ("one_service", pytest.param("cluster", marks=pytest.mark.long))
"""Fixtures for the ``service`` of a module whose tests hold on several machines, too."""


def require_cluster() -> None:
    """Skips the test where what a cluster needs is not installed."""
    for name in ("psycopg2", "moto.server", "s3fs"):
        pytest.importorskip(name)
    if binary("postgres") is None:
        pytest.skip("PostgreSQL is not installed")


class SpreadClient(Client):
    """Asks each process in turn."""

    def __init__(self, urls: list[str], key: str) -> None:
        super().__init__(urls[0], key)
        self._urls = itertools.cycle(urls)

    def build_request(self, *given: Any, **named: Any) -> httpx.Request:
        self.base_url = httpx.URL(next(self._urls))
        return super().build_request(*given, **named)


@dataclass
class Cluster(BucketService):
    """Processes that answer and have no worker, and workers that answer nothing, each with a data folder of its own."""

    members: dict[str, subprocess.Popen[str]] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)

    def start(self) -> Cluster:
        names = [f"api-{number}" for number in range(APIS)]
        for name in names:  # at once, as they would be
            self._launch(name)
        for name in names:
            self._await(name)
        for number in range(WORKERS):
            self._launch(f"worker-{number}")
        self.url = self.urls["api-0"]
        return self

    def _launch(self, name: str) -> None:
        folder = self.data / name
        folder.mkdir(parents=True, exist_ok=True)
        serves = name.startswith("api")
        command = ["serve", "--port", "0", "--workers", "0"] if serves else ["worker", "--workers", "1"]
        with (folder / "log").open("a") as log:
            self.members[name] = subprocess.Popen(
                [sys.executable, "-m", "velocity_engine", *command, "--data", str(folder)],
                stdout=subprocess.PIPE if serves else log,
                stderr=log,
                text=True,
                env=self.process_environment(),
                start_new_session=True,
            )

    def _await(self, name: str) -> None:
        stream = self.members[name].stdout
        assert stream
        for line in stream:
            if "shown this once" in line:
                self.keys.append(line.rsplit(" ", 1)[1].strip())
            if "http://" in line:
                self.urls[name] = line[line.index("http://") :].strip()
                return
        raise RuntimeError(f"{name} did not start: {(self.data / name / 'log').read_text()[-2000:]}")

    @property
    def roots(self) -> list[subprocess.Popen[str]]:
        return list(self.members.values())

    def restart(self, root: subprocess.Popen[str]) -> None:
        [name] = [name for name, member in self.members.items() if member is root]
        self._launch(name)
        if name in self.urls:
            self._await(name)
            self.url = self.urls["api-0"]

    def client(self, **user: Any) -> Client:
        return SpreadClient(list(self.urls.values()), self.add_user(**user))

    def stop(self) -> int:
        for member in self.roots:
            member.send_signal(signal.SIGTERM)
        return max(abs(self._gone(member)) for member in self.roots)

    def kill(self) -> None:
        for member in self.roots:
            member.kill()
            self._gone(member)

    def _gone(self, member: subprocess.Popen[str]) -> int:
        status = member.wait(PATIENCE)
        if member.stdout:
            member.stdout.close()
        return status


@contextmanager
def running_cluster(folder: Path, **settings: str) -> Iterator[Cluster]:
    """A cluster with a PostgreSQL and an S3 server of its own."""
    with ExitStack() as opened:
        server = S3Server()
        opened.callback(server.stop)
        (folder / "postgres").mkdir()
        postgres = Postgres(folder / "postgres")
        opened.callback(postgres.stop)
        environment = {f"VELOCITY_{name.upper()}": value for name, value in settings.items()}
        environment["VELOCITY_DATABASE"] = postgres.new_database()
        made = Cluster(folder / "machines", environment, bucket=Bucket(server))
        opened.callback(made.kill)
        yield made.start()
