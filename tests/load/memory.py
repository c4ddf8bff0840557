"""The memory of a server and of the processes below it, as the kernel counts it."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
MIB = 1_048_576


@dataclass(frozen=True, slots=True)
class Sample:
    """At ``seconds`` after the beginning, in MiB: the server's process, and it with all processes below it."""

    seconds: float
    server: float
    together: float


def resident(pid: int) -> float:
    """MiB of a process; 0 for one that is gone."""
    with suppress(OSError, ValueError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / MIB
    return 0.0


def below(pid: int) -> list[int]:
    """The processes that descend from one."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                children[int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])].append(int(entry.name))
    found, open_ends = [], [pid]
    while open_ends:
        more = children[open_ends.pop()]
        found += more
        open_ends += more
    return found


class Sampler:
    """Samples a server every so often, until it is closed."""

    def __init__(self, pid: int, every: float) -> None:
        self._pid = pid
        self._every = every
        self._began = time.monotonic()
        self._closed = threading.Event()
        self.samples: list[Sample] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            server = resident(self._pid)
            together = server + sum(resident(pid) for pid in below(self._pid))
            self.samples.append(Sample(time.monotonic() - self._began, server, together))
            if self._closed.wait(self._every):
                return
