"""One job in a child process, as its worker sees it."""

from __future__ import annotations

import json
import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from velocity_web.jobs.forge import Ended
from velocity_web.jobs.queue import Leased

PAGE = os.sysconf("SC_PAGE_SIZE")
RECEIVE_BYTES = 1 << 20


@dataclass(slots=True)
class Running:
    """``temporary`` is the file that the child writes, if it does; ``verdict`` why this worker ended the child."""

    job: Leased
    pid: int
    channel: socket.socket
    temporary: Path | None
    deadline: float
    began: float = field(default_factory=time.monotonic)
    heard: float = field(default_factory=time.monotonic)
    buffer: bytearray = field(default_factory=bytearray)
    progress: dict[str, Any] | None = None
    stage: str | None = None
    result: dict[str, Any] | None = None
    failed: str | None = None
    closed: bool = False
    ended: Ended | None = None
    verdict: str | None = None
    hopeless: bool = False

    @property
    def elapsed_ms(self) -> int:
        return int((time.monotonic() - self.began) * 1000)

    @property
    def is_over(self) -> bool:
        return self.closed and self.ended is not None

    def read(self) -> None:
        """Take in what the child sent; notes its end when it closed the connection."""
        try:
            data = self.channel.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.closed = True
            return
        self.heard = time.monotonic()
        self.buffer += data
        *lines, rest = self.buffer.split(b"\n")
        self.buffer = bytearray(rest)
        for line in lines:
            self._note(json.loads(line))

    def _note(self, message: dict[str, Any]) -> None:
        self.progress = message.get("progress", self.progress)
        self.stage = message.get("stage", self.stage)
        self.result = message.get("result", self.result)
        self.failed = message.get("failed", self.failed)

    def memory_bytes(self) -> int:
        """What the child holds in memory now, its own pages only; 0 when it is gone."""
        with suppress(OSError, ValueError, IndexError):
            resident, shared = Path(f"/proc/{self.pid}/statm").read_text().split()[1:3]
            return (int(resident) - int(shared)) * PAGE
        return 0
