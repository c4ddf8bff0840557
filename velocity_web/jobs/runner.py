"""Short tasks that a request waits for, each in a child process: a preview, the check of an asset."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from velocity_web.failures import NoSpace
from velocity_web.files import NO_SPACE
from velocity_web.jobs.answers import LINE_BYTES, NotUnderstood, read_message
from velocity_web.jobs.forge import Forge, ForgeGone, Limits, kill_child
from velocity_web.settings import MIB, Settings

AT_ONCE = 2


class TaskFailed(Exception):
    """The task said why it cannot be done, or its process died."""


class Runner:
    """Runs at most ``AT_ONCE`` tasks; its forking parent starts with the first one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._limits = Limits(
            settings.analysis_memory_mb * MIB,
            int(settings.still_seconds) + 5,
            settings.nice,
            settings.run_as,
            file_bytes=settings.process_file_mb * MIB,
        )
        self._forge: Forge | None = None
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(AT_ONCE)

    def run(self, task: str, spec: dict[str, Any], reads: tuple[str, ...], folder: Path) -> dict[str, Any]:
        """The task's result; its process may read ``reads`` and write below ``folder``.

        Raises TaskFailed and NoSpace.
        """
        limits = replace(self._limits, reads=reads, writes=(str(folder),))
        with self._slots:
            deadline = time.monotonic() + self._settings.still_seconds
            pid, channel = self._start(task, limits)
            try:
                with channel:
                    return self._converse(channel, task, spec, deadline)
            finally:
                kill_child(pid)

    def close(self) -> None:
        with self._lock:
            if self._forge:
                self._forge.close()
                self._forge = None

    def _start(self, task: str, limits: Limits) -> tuple[int, socket.socket]:
        with self._lock:
            for _attempt in range(2):
                try:
                    if self._forge is None:
                        self._forge = Forge()
                    pid, channel, _ended = self._forge.start(task, limits)
                    return pid, channel
                except ForgeGone:
                    if self._forge:
                        self._forge.close()
                    self._forge = None
        raise TaskFailed("no process could be started for it")

    def _converse(self, channel: socket.socket, task: str, spec: dict[str, Any], deadline: float) -> dict[str, Any]:
        received = b""
        try:
            channel.settimeout(self._settings.still_seconds)
            channel.sendall(json.dumps(spec).encode() + b"\n")
            while True:
                channel.settimeout(max(0.01, deadline - time.monotonic()))
                data = channel.recv(1 << 20)
                if not data:
                    raise TaskFailed("its process died")
                received += data
                *lines, received = received.split(b"\n")
                for line in lines:
                    message = read_message(line, task)
                    if message.failed == NO_SPACE:
                        raise NoSpace(NO_SPACE)
                    if message.failed is not None:
                        raise TaskFailed(message.failed)
                    if message.result is not None:
                        return message.result
                if len(received) > LINE_BYTES:
                    raise NotUnderstood
        except NotUnderstood:
            raise TaskFailed("its process answered what cannot be understood") from None
        except TimeoutError:
            raise TaskFailed(f"it took longer than {self._settings.still_seconds:g} seconds") from None
        except OSError:
            raise TaskFailed("its process died") from None
