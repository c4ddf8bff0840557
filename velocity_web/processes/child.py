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
from velocity_web.storage.files import NO_SPACE, remove

PAGE = os.sysconf("SC_PAGE_SIZE")
CHUNK = 1 << 18


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
        self._folder = folder
        self._received = bytearray()
        self._deadline = 0.0
        self._allowed = 0.0

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All that is said within the block must be said in so many seconds."""
        self._allowed, self._deadline = seconds, time.monotonic() + seconds
        yield

    def tell(self, *parts: bytes) -> None:
        """Send bytes. Raises TaskFailed."""
        with self._talking():
            for part in parts:
                self._channel.settimeout(self._left())
                self._channel.sendall(part)

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
        if self._folder is not None:
            remove(self._folder)

    def _receive(self) -> None:
        with self._talking():
            self._channel.settimeout(self._left())
            data = self._channel.recv(CHUNK)
        if not data:
            raise TaskLost("its process died")
        self._received += data

    def _left(self) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    @contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise TaskFailed(f"it took longer than {self._allowed:g} seconds") from None
        except OSError:
            raise TaskLost("its process died") from None
