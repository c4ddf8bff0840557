"""A child process as a request's thread talks to it: lines of JSON, and bytes that are passed on unread."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from velocity_web.failures import NoSpace
from velocity_web.processes.answers import LINE_BYTES, NotUnderstood, read_message
from velocity_web.processes.fork_server import kill_child
from velocity_web.processes.processor_time import WAITS, hung, processor_ms, too_long
from velocity_web.storage.files import NO_SPACE, remove

PAGE = os.sysconf("SC_PAGE_SIZE")
CHUNK = 1 << 18
LOOK_SECONDS = 0.25


class TaskFailed(Exception):
    """The task said why it cannot be done, or its process died."""


class TaskLost(TaskFailed):
    """Its process died, or closed the connection."""


class Child:
    """``folder``: one of its own, which is removed with it. Not for several threads at once."""

    def __init__(self, pid: int, channel: socket.socket, task: str, folder: Path | None = None) -> None:
        self.pid = pid
        self._task = task
        self._channel = channel
        self.folder = folder
        self._received = bytearray()
        self._deadline = 0.0
        self._allowed = 0.0  # of the processors
        self._most_ms = 0.0

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All that is said within the block must be said before the child took so many seconds of the processors."""
        self._allowed, self._deadline = seconds, time.monotonic() + seconds * WAITS
        self._most_ms = (processor_ms(self.pid) or 0) + 1000 * seconds
        yield

    @contextmanager
    def by_clock(self, seconds: float) -> Iterator[None]:
        """All that is said within the block must be said in so many seconds: what nobody needs is not waited for."""
        self._allowed, self._deadline, self._most_ms = seconds / WAITS, time.monotonic() + seconds, float("inf")
        yield

    def tell(self, *parts: bytes) -> None:
        """Send bytes. Raises TaskFailed."""
        with self._talking():
            for part in parts:
                rest = memoryview(part)
                while rest:
                    self._channel.settimeout(self._patience())
                    with suppress(TimeoutError):
                        rest = rest[self._channel.send(rest) :]

    def line(self) -> bytes:
        """The next line that it sends, without its end. Raises TaskFailed."""
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > LINE_BYTES:
                raise TaskFailed("its process said more than it may")
            self._receive()
        found = bytes(self._received[:end])
        del self._received[: end + 1]
        return found

    def message(self) -> dict[str, Any]:
        """What the next line sets of ``answers.Message``.

        Raises TaskFailed, also where the child says that it failed, and NoSpace where it did for want of room.
        """
        try:
            message = read_message(self.line(), self._task)
        except NotUnderstood:
            raise TaskFailed("its process answered what cannot be understood") from None
        if message.failed == NO_SPACE:
            raise NoSpace(NO_SPACE)
        if message.failed is not None:
            raise TaskFailed(message.failed)
        return message.model_dump(exclude_unset=True)

    def is_open(self) -> bool:
        """Whether its process still listens; it says nothing of its own between two requests."""
        try:
            self._channel.setblocking(False)
            self._channel.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def private_bytes(self) -> int:
        """What it holds in memory that its parent does not; 0 when it is gone."""
        with suppress(OSError, ValueError, StopIteration):
            lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
            return int(next(line for line in lines if line.startswith("Private_Dirty")).split()[1]) * 1024
        with suppress(OSError, ValueError, IndexError):
            resident, shared = Path(f"/proc/{self.pid}/statm").read_text().split()[1:3]
            return (int(resident) - int(shared)) * PAGE
        return 0

    def end(self) -> None:
        """Close the connection, and end a process that is not yet gone by itself."""
        if self.is_open():
            kill_child(self.pid)
        self._channel.close()
        if self.folder is not None:
            remove(self.folder)

    def _receive(self) -> None:
        data = None
        with self._talking():
            while data is None:
                self._channel.settimeout(self._patience())
                with suppress(TimeoutError):
                    data = self._channel.recv(CHUNK)
        if not data:
            raise TaskLost("its process died")
        self._received += data

    def _patience(self) -> float:
        """How long to wait for the child before its time is looked at again. Raises TaskFailed."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TaskFailed(hung(self._allowed))
        if (processor_ms(self.pid) or 0) > self._most_ms:
            raise TaskFailed(too_long(self._allowed))
        return min(left, LOOK_SECONDS)

    @contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            raise TaskLost("its process died") from None
