"""Landlock: a process gives up all files but those it names, TCP, and signals to others (Linux 5.13 and later).

The kernel's version of it ("ABI") says what it can take away; each later one adds to that.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from velocity_web.processes.sandbox.libc import syscall

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same numbers on all machines
ONLY_VERSION = 1
PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, REMOVE_DIR, REMOVE_FILE = (1 << bit for bit in range(6))
MAKE_CHAR, MAKE_DIR, MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM = (1 << bit for bit in range(6, 13))
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # what a rule for a single file may grant

READ: Final = READ_FILE | READ_DIR
WRITE: Final = READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE
DEVICE: Final = READ_FILE | WRITE_FILE
LIST: Final = READ_DIR
PROGRAM: Final = READ_FILE | EXECUTE

TCP_BIND, TCP_BIND_AND_CONNECT = 1, 3
ABSTRACT_SOCKETS_AND_SIGNALS = 3


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def abi() -> int | None:
    """The kernel's version of Landlock; None where it has none, or where it is switched off."""
    try:
        return syscall(CREATE_RULESET, 0, 0, ONLY_VERSION)
    except OSError:
        return None


def handled(version: int) -> int:
    """The rights over files that this version can take away."""
    return (1 << (13 + (version >= 2) + (version >= 3) + (version >= 5))) - 1


def ruleset(version: int, granted: Iterable[tuple[str, int]], connections: int = TCP_BIND_AND_CONNECT) -> int:
    """The descriptor of a set of rules: nothing is allowed but ``granted``, whose paths that are not there are passed
    over. ``connections`` is what is taken away of TCP. Raises OSError.
    """
    known = handled(version)
    attributes = _Ruleset(known, connections, ABSTRACT_SOCKETS_AND_SIGNALS)
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = syscall(CREATE_RULESET, ctypes.byref(attributes), size, 0)
    for path, rights in granted:
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            _grant(rules, path, rights & known)
    return rules


def _grant(rules: int, path: str, rights: int) -> None:
    opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            rights &= OF_FILES
        rule = _PathBeneath(rights, opened)
        syscall(ADD_RULE, rules, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(opened)


def restrict(rules: int) -> None:
    """Put the rules in force for this thread and what it starts, for good. Raises OSError."""
    syscall(RESTRICT_SELF, rules, 0)
    os.close(rules)
