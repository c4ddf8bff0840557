"""The service on several machines, as far as one can show it: processes that share a database and a bucket."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from web.support_postgres import Postgres
from web.support_service import DEFAULTS, PATIENCE, Client, Service

APIS, WORKERS = 2, 3
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


class Bucket:
    """A bucket of an S3 server on this machine."""

    def __init__(self, endpoint: str) -> None:
        import fsspec

        self.endpoint = endpoint
        self.name = f"bucket-{uuid4().hex}"
        self.system = fsspec.filesystem(
            "s3",
            key="test",
            secret="test",
            endpoint_url=endpoint,
            client_kwargs={"region_name": "us-east-1"},
            use_listings_cache=False,
            skip_instance_cache=True,
        )
        httpx.put(f"{endpoint}/{self.name}").raise_for_status()

    @property
    def settings(self) -> dict[str, str]:
        """What a service is told, and what s3fs is."""
        return {"VELOCITY_STORAGE": f"s3://{self.name}/some/prefix", "AWS_ENDPOINT_URL": self.endpoint, **CREDENTIALS}

    def path(self, file: str) -> str:
        return f"{self.name}/some/prefix/{file}"

    def files(self) -> list[str]:
        """The names of all stored files."""
        found = self.system.find(f"{self.name}/some/prefix")
        return sorted(one.removeprefix(f"{self.name}/some/prefix/") for one in found)

    def size(self, file: str) -> int | None:
        try:
            return int(self.system.info(self.path(file))["size"])
        except FileNotFoundError:
            return None


@dataclass
class BucketService(Service):
    """``velocity serve`` whose files are in a bucket."""

    bucket: Bucket | None = None

    def kept_bytes(self, file: str) -> int | None:
        assert self.bucket
        return self.bucket.size(file)


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
                env={**os.environ, **DEFAULTS, **self.environment},
                start_new_session=True,
            )

    def _await(self, name: str) -> None:
        stream = self.members[name].stdout
        assert stream
        for line in stream:
            if "shown this once" in line:
                self.first_key = line.rsplit(" ", 1)[1].strip()
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

    def client(self, **user: int) -> Client:
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
def cluster(folder: Path, endpoint: str, **settings: str) -> Iterator[Cluster]:
    """A cluster with a PostgreSQL server of its own."""
    (folder / "postgres").mkdir()
    postgres = Postgres(folder / "postgres")
    bucket = Bucket(endpoint)
    environment = {f"VELOCITY_{name.upper()}": value for name, value in settings.items()}
    environment |= {**bucket.settings, "VELOCITY_DATABASE": postgres.new_database()}
    made = Cluster(folder / "machines", environment, bucket=bucket)
    try:
        yield made.start()
    finally:
        made.kill()
        postgres.stop()
