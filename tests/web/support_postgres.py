"""A PostgreSQL server of the distribution, for the length of the tests."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import psycopg2
from web.support_service import PATIENCE

HOMES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def binary(name: str) -> str | None:
    """Where the server's program is: on the path, or where Debian puts it."""
    return shutil.which(name) or next((str(home / name) for home in HOMES if (home / name).exists()), None)


class Postgres:
    """A cluster below ``folder``, on a free port of 127.0.0.1. PostgreSQL refuses root: root becomes ``postgres``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = "postgres" if os.getuid() == 0 else None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if self.user:
            shutil.chown(folder, self.user)
            for parent in folder.parents:
                if parent == Path(tempfile.gettempdir()):
                    break
                parent.chmod(0o755)
        initdb, server = binary("initdb"), binary("postgres")
        assert initdb and server
        self._run(
            [initdb, "-D", str(folder / "db"), "-A", "trust", "-U", "velocity", "--no-sync", "-E", "UTF8", "--locale=C"]
        )
        self.command = [
            server,
            "-D",
            str(folder / "db"),
            "-p",
            str(self.port),
            "-h",
            "127.0.0.1",
            "-k",
            str(folder),
            "-F",
            "-c",
            "max_connections=200",
        ]
        self.log = folder / "log"
        self.start()

    def start(self) -> None:
        """Until it answers: while it was stopped, a connection of somebody else may have its port for a moment."""
        deadline = time.monotonic() + PATIENCE
        self._launch()
        while time.monotonic() < deadline:
            try:
                psycopg2.connect(self.url("postgres")).close()
            except psycopg2.OperationalError:
                time.sleep(0.05)
            else:
                return
            if self.process.poll() is not None:
                self._launch()
        raise RuntimeError(f"PostgreSQL did not start; its log ends so:\n{self.log.read_text()[-2000:]}")

    def _launch(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, user=self.user, cwd="/", stdout=log, stderr=log)

    def _run(self, command: list[str]) -> None:
        subprocess.run(command, user=self.user, cwd="/", check=True, capture_output=True, timeout=PATIENCE)

    def url(self, name: str) -> str:
        return f"postgresql://velocity@127.0.0.1:{self.port}/{name}"

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"v{uuid4().hex}"
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        return self.url(name)

    def stop(self) -> None:
        """At once, whoever is connected."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(PATIENCE)
