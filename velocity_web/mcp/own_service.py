"""A service for the time of a session, for who has template files and no service."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECONDS_TO_END = 30.0
NOT_PASSED_ON = ("VELOCITY_URL", "VELOCITY_KEY", "VELOCITY_DATABASE", "VELOCITY_STORAGE", "VELOCITY_CONFIG")


@contextmanager
def own_service() -> Iterator[tuple[str, str]]:
    """The URL and the key of ``velocity serve`` on a free port of 127.0.0.1, with a folder that goes with it.

    Raises ValueError where it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="velocity-mcp-") as folder, Path(folder, "log").open("w+") as log:
        environment = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
        program = [sys.executable, "-m", "velocity_engine", "serve", "--data", str(Path(folder, "data"))]
        process = subprocess.Popen(
            [*program, "--port", "0", "--host", "127.0.0.1"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
        )
        try:
            yield _address(process, Path(log.name))
        finally:
            process.terminate()
            try:
                process.wait(SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[str], log: Path) -> tuple[str, str]:
    """What the server prints when it listens."""
    key = ""
    for line in process.stdout or ():
        if "shown this once" in line:
            key = line.rsplit(" ", 1)[1].strip()
        if "http://" in line:
            return line[line.index("http://") :].strip(), key
    raise ValueError(f"the service of this session did not start: {log.read_text('utf-8', 'replace')[-500:].strip()}")
