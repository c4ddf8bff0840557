"""Names of processes that outlive them: machine, pid and start, so that a pid that is used again is another name."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from pathlib import Path


def process_started(pid: int) -> int | None:
    """When the process started, in ticks since boot; with the pid it names a process for good. None when it is gone."""
    with suppress(OSError, ValueError, IndexError):
        stat = Path(f"/proc/{pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return None if fields[0] in ("Z", "X") else int(fields[19])
    return None


def this_host() -> str:
    """The host, the boot of its kernel, and its space of process numbers.

    Two machines may have the same host name, and containers may share a kernel and not that space.
    """
    space = boot = ""
    with suppress(OSError):
        space = os.readlink("/proc/self/ns/pid").strip("pid:[]")
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return f"{socket.gethostname()[:63]}/{boot}/{space}"


def this_worker() -> str:
    """The name under which this process leases: machine, pid and start."""
    return f"{this_host()}:{os.getpid()}:{process_started(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether a lease's owner is a process of this host that is gone."""
    host, _, process = owner.partition(":")
    pid, _, started = process.partition(":")
    return host == this_host() and pid.isdigit() and str(process_started(int(pid))) != started
