"""A real server in a process of its own, and what the tests ask of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from velocity_web.accounts.auth import key_digest, make_key
from velocity_web.clock import now_ms

USUAL = "render read preview"
FINAL = ("completed", "failed", "cancelled")
PATIENCE = 480.0
"""Ends what hangs. What is waited for takes a second, or a minute where the machine has other work."""
FASTEST_LOOK, SLOWEST_LOOK = 0.02, 0.25

DEFAULTS = {"VELOCITY_WORKERS": "1", "VELOCITY_TRIAL_SECONDS": "0", "VELOCITY_POLL_SECONDS": "0.1"}


@dataclass
class Service:
    """``velocity serve`` on a free port of 127.0.0.1. ``environment`` are further settings, ``program`` runs it."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    arguments: Sequence[str] = ()
    program: Sequence[str] = (sys.executable, "-m", "velocity_engine")
    url: str = ""
    first_key: str | None = None
    process: subprocess.Popen[str] | None = None

    def start(self) -> Service:
        self.data.mkdir(parents=True, exist_ok=True)
        log = (self.data / "server.log").open("a")
        command = [*self.program, "serve", "--data", str(self.data), "--port", "0"]
        self.process = subprocess.Popen(
            [*command, *self.arguments],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=self.process_environment(),
            start_new_session=True,
        )
        log.close()
        assert self.process.stdout
        for line in self.process.stdout:
            if "shown this once" in line:
                self.first_key = line.rsplit(" ", 1)[1].strip()
            if "http://" in line:
                self.url = line[line.index("http://") :].strip()
                return self
        raise RuntimeError(f"the server did not start: {(self.data / 'server.log').read_text()[-2000:]}")

    def process_environment(self) -> dict[str, str]:
        return {**os.environ, **DEFAULTS, **self.environment}

    def stop(self) -> int:
        """SIGTERM, and the exit status."""
        assert self.process
        self.process.send_signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.wait()

    def wait(self) -> int:
        assert self.process
        assert self.process.stdout
        status = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return status

    @property
    def roots(self) -> list[subprocess.Popen[str]]:
        """The processes that were started: all others are below them."""
        return [self.process] if self.process else []

    def restart(self, _root: subprocess.Popen[str]) -> None:
        """After the end of one that was started."""
        self.process = None
        self.start()

    def kept_bytes(self, file: str) -> int | None:
        """The size of a stored file; None where there is none."""
        path = self.data / file
        return path.stat().st_size if path.exists() else None

    def add_user(self, quota_mb: int = 500, budget_ms: int = 3_600_000, scopes: str = USUAL) -> str:
        """A new user's key."""
        account_id = str(uuid4())
        row = (account_id, f"user-{uuid4()}", "", "", False, quota_mb, 0, budget_ms, 0, 0, 0, now_ms(), "")
        self.query(f"INSERT INTO account VALUES ({', '.join('?' * len(row))})", *row)
        return self.add_key(account_id, scopes)

    def add_key(self, account_id: str, scopes: str = USUAL, origins: str = "") -> str:
        """One more key of a user."""
        made = make_key()
        row = (str(uuid4()), account_id, "key", made.prefix, made.digest, scopes, origins, now_ms(), *[None] * 3)
        self.query(f"INSERT INTO api_key VALUES ({', '.join('?' * len(row))})", *row)
        return made.key

    def account_of(self, key: str) -> str:
        """The id of a key's user."""
        [(account_id,)] = self.query("SELECT account_id FROM api_key WHERE digest = ?", key_digest(key))
        return str(account_id)

    def client(self, **user: Any) -> Client:
        """A client of a new user."""
        return Client(self.url, self.add_user(**user))

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement, which is committed; ``?`` stands for each value."""
        if database := self.environment.get("VELOCITY_DATABASE"):
            return _query_postgres(database, sql, values)
        connection = sqlite3.connect(self.data / "velocity.db", timeout=30)
        try:
            with connection:
                return connection.execute(sql, values).fetchall()
        finally:
            connection.close()


def _query_postgres(url: str, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    import psycopg2

    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql.replace("?", "%s"), values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


class Client(httpx.Client):
    """Requests of one user."""

    def __init__(self, url: str, key: str) -> None:
        super().__init__(base_url=url, headers={"X-API-Key": key}, timeout=PATIENCE)
        self.key = key

    def upload_template(self, content: bytes, name: str = "template.zip") -> str:
        """The id of a template that was accepted."""
        answer = self.post("/template/upload", files={"file": (name, content)})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["templateId"])

    def ready_template(self, content: bytes, name: str = "template.zip") -> str:
        """The id of a template that is completed."""
        template_id = self.upload_template(content, name)
        status = self.settle(f"/template/{template_id}/status")
        assert status["status"] == "completed", status
        return template_id

    def ready_audio(self, content: bytes, name: str = "sound.wav", **fields: str) -> str:
        """The id of an audio file that is completed."""
        answer = self.post("/audio/upload", files={"file": (name, content)}, data=fields)
        assert answer.status_code == 200, answer.text
        audio_id = str(answer.json()["audioId"])
        status = self.settle(f"/audio/{audio_id}/status")
        assert status["status"] == "completed", status
        return audio_id

    def start_render(self, template_id: str, **more: Any) -> str:
        """The id of a render that was queued."""
        answer = self.post("/render", json=render_request(template_id, **more))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["renderId"])

    def ready_render(self, template_id: str, **more: Any) -> str:
        """The id of a render that is completed."""
        render_id = self.start_render(template_id, **more)
        status = self.settle(f"/render/{render_id}/status")
        assert status["status"] == "completed", status
        return render_id

    def settle(self, path: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """The status once it is final."""
        return self.until(path, lambda status: status["status"] in FINAL, seconds)

    def until(self, path: str, holds: Callable[[dict[str, Any]], bool], seconds: float = PATIENCE) -> dict[str, Any]:
        deadline, pause = time.monotonic() + seconds, FASTEST_LOOK
        while True:
            answer = self.get(path)
            assert answer.status_code == 200, answer.text
            status: dict[str, Any] = answer.json()
            if holds(status):
                return status
            assert time.monotonic() < deadline, status
            time.sleep(pause)
            pause = min(1.3 * pause, SLOWEST_LOOK)  # what takes long is not made slower by being asked


def render_request(template_id: str, **more: Any) -> dict[str, Any]:
    return {"templateId": template_id, "name": "Video", "encoderConfig": {"bitrate": 100_000, "preset": 5}, **more}
