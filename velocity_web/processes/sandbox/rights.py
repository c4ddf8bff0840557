"""Capabilities, limits and the user of a process."""

from __future__ import annotations

import ctypes
import os
import pwd
import resource
import struct
from contextlib import suppress
from pathlib import Path

from velocity_web.processes.sandbox.libc import (
    PR_CAP_AMBIENT,
    PR_CAPBSET_DROP,
    PR_CAPBSET_READ,
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    prctl,
)

CLEAR_ALL = 4
CAPABILITY_VERSION_3 = 0x20080522
MAX_FILES = 1024
MAX_THREADS = 4096  # of all processes of the user together, root's excepted: that is how the kernel counts

_libc = ctypes.CDLL(None, use_errno=True)


def limit(name: int, most: int) -> None:
    """Lower a limit, soft and hard, to ``most``, or to the hard limit there is where that is less."""
    hard = resource.getrlimit(name)[1]
    value = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(name, (value, value))


def drop_bounding_set() -> None:
    """No capability can ever come back. Needs the right to do so, which only root has: others have none to lose."""
    with suppress(OSError):
        prctl(PR_CAP_AMBIENT, CLEAR_ALL)
    for number in range(64):
        try:
            if prctl(PR_CAPBSET_READ, number):
                prctl(PR_CAPBSET_DROP, number)
        except OSError:
            return


def become(name: str) -> None:
    """Another user, with no group but that user's own. Raises KeyError, OSError."""
    user = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


def drop_capabilities() -> None:
    """Raises OSError."""
    header = ctypes.create_string_buffer(struct.pack("=Ii", CAPABILITY_VERSION_3, 0), 8)
    none = ctypes.create_string_buffer(bytes(24), 24)  # effective, permitted and inheritable, of 64 bits each
    if _libc.capset(header, none) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def gain_nothing() -> None:
    """No program that is started has more rights than this process. Raises OSError."""
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def adopt_orphans() -> None:
    """What a process that descends from this one leaves behind becomes this one's child. Raises OSError."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def own_children() -> set[int]:
    """The processes whose parent this process, which has one thread, is; ended ones that it has not waited for too."""
    with suppress(OSError):  # a kernel may be built without this file
        return {int(number) for number in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}
    found = set()
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError, IndexError):
            # The name, which may hold spaces and brackets, ends at the last bracket.
            if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == os.getpid():
                found.add(int(entry.name))
    return found


def hide_memory() -> None:
    """Processes of the same user cannot read this one's memory and environment, nor trace it. Raises OSError."""
    prctl(PR_SET_DUMPABLE, 0)
