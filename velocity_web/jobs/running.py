"""One job in a child process, as its worker sees it."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Any

from velocity_web.jobs.carrying import Errand
from velocity_web.jobs.queue import Leased
from velocity_web.processes.answers import LINE_BYTES, Message, NotUnderstood, Progress, read_message
from velocity_web.processes.fork_server import Ended
from velocity_web.processes.processor_time import WAITS, hung, processor_ms, too_long
from velocity_web.storage.files import MadeFile

RECEIVE_BYTES = 1 << 20


class End(Enum):
    """What becomes of a job whose child its worker ended."""

    CANCELLED = auto()
    LEASE_LOST = auto()
    """Another worker has it."""
    FAILED = auto()
    """Another attempt would end the same way."""
    AGAIN = auto()
    """Another attempt may do better."""


@dataclass(frozen=True, slots=True)
class Verdict:
    end: End
    why: str


CANCELLED = Verdict(End.CANCELLED, "cancelled")
LEASE_LOST = Verdict(End.LEASE_LOST, "lost")


@dataclass(slots=True)
class Running:
    """``folder`` is the child's own, ``output`` and ``poster`` the files that it writes there, if it does; it may take
    ``seconds`` of processor time. ``copies`` is what it reads, until it is ``gone``; ``delivery`` its files on their
    way to the storage.

    ``verdict`` is why this worker ended the child; ``garbled`` that it said what no task says; ``seen_ms`` what it had
    taken of the processors when that was looked at last; ``is_spread`` that an executor renders its segments;
    ``stages`` are those that it told, and when.
    """

    job: Leased
    pid: int
    channel: socket.socket
    folder: Path
    output: Path | None
    seconds: float
    began: float = field(default_factory=time.monotonic)
    heard: float = field(default_factory=time.monotonic)
    buffer: bytearray = field(default_factory=bytearray)
    progress: Progress | None = None
    stage: str | None = None
    result: dict[str, Any] | None = None
    failed: str | None = None
    garbled: bool = False
    closed: bool = False
    ended: Ended | None = None
    verdict: Verdict | None = None
    seen_ms: int = 0
    is_spread: bool = False
    poster: Path | None = None
    stages: list[tuple[str, float]] = field(default_factory=list)
    copies: ExitStack = field(default_factory=ExitStack)
    gone: float | None = None
    delivery: Errand[list[MadeFile]] | None = None

    @property
    def elapsed_ms(self) -> int:
        return int(((self.gone or time.monotonic()) - self.began) * 1000)

    @property
    def charged_ms(self) -> int:
        """How long it ran, but no more than it took of all processors together: for what others kept it from running,
        nobody is charged. What an executor takes elsewhere is not known: then it is how long the render ran."""
        if self.is_spread:
            return self.elapsed_ms
        return min(self.elapsed_ms, self.processor_ms())

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
        try:
            for line in lines:
                self._note(read_message(bytes(line), self.job.kind))
            if len(rest) > LINE_BYTES:
                raise NotUnderstood("a line without an end")
        except NotUnderstood:
            self.buffer.clear()
            self.garbled = True

    def _note(self, message: Message) -> None:
        self.progress = message.progress or self.progress
        if message.stage and message.stage != self.stage:
            self.stage = message.stage
            self.stages.append((message.stage, time.monotonic()))
        self.result = message.result or self.result
        self.failed = message.failed or self.failed

    def processor_ms(self) -> int:
        """What the child took of all processors together up to now."""
        if self.ended is not None:
            return self.ended.processor_ms
        if (seen := processor_ms(self.pid)) is not None:
            self.seen_ms = seen
        return self.seen_ms

    def lateness(self) -> str | None:
        """Why it must be ended, where it took too long."""
        if self.seconds == float("inf"):
            return None
        if self.processor_ms() > 1000 * self.seconds:
            return too_long(self.seconds)
        return hung(self.seconds) if self.elapsed_ms > 1000 * self.seconds * WAITS else None

    def memory_bytes(self) -> int:
        """What the child holds in memory now, apart from what lies in files anyway; 0 when it is gone."""
        with suppress(OSError, ValueError, KeyError):
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
            fields = dict(line.split(":", 1) for line in lines)
            return sum(int(fields[name].split()[0]) for name in ("RssAnon", "RssShmem")) * 1024
        return 0
