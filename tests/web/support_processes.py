"""The processes of a service, and their end at random moments."""

from __future__ import annotations

import os
import random
import signal
from contextlib import suppress
from pathlib import Path

from web.support_service import Service


def children_of(pid: int) -> list[int]:
    """All processes below ``pid``, parents before children."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, IndexError, ValueError):
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                parents.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    queue = [pid]
    while queue:
        queue[:1] = children = parents.get(queue[0], [])
        found.extend(children)
    return found


def resident_bytes(pid: int) -> int:
    """What a process holds in memory, with what it shares."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def command_line(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def kill_something(service: Service, chance: random.Random) -> str:
    """End a server, a worker, a forking parent or one that renders or checks, whichever there is."""
    root = chance.choice(service.roots)
    below = children_of(root.pid)
    if not below or chance.random() < 0.2:
        root.kill()
        root.wait()
        if root.stdout:
            root.stdout.close()
        service.restart(root)
        return "server"
    victim = chance.choice(below)
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    return "child"
