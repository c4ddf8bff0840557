"""seccomp: the kernel refuses system calls that a render has no use for.

The filter is a program for the kernel's packet filter (classic BPF), made for one process: it may send signals to
itself, and set its own limits.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
from collections.abc import Collection
from dataclasses import dataclass

from velocity_web.processes.sandbox import syscalls
from velocity_web.processes.sandbox.libc import PR_SET_PDEATHSIG, PR_SET_SECCOMP, prctl, syscall

LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF_K, BPF_W | BPF_ABS
KILL_PROCESS, REFUSE, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
MODE_FILTER = 2
GET_ACTION_AVAILABLE = 2
AT_NUMBER, AT_MACHINE, AT_ARGUMENTS = 0, 4, 16  # in struct seccomp_data

CLONE_THREAD = 0x00010000
TIOCSTI, TIOCLINUX = 0x5412, 0x541C  # typing into a terminal


@dataclass(frozen=True, slots=True)
class Machine:
    """``mark`` is the kernel's AUDIT_ARCH, ``column`` the machine's place in the tables of numbers."""

    mark: int
    column: int
    seccomp: int

    def number(self, name: str) -> int | None:
        return (syscalls.WATCHED | syscalls.REFUSED)[name][self.column]


MACHINES = {"x86_64": Machine(0xC000003E, 0, 317), "aarch64": Machine(0xC00000B7, 1, 277)}

Step = tuple[int, int, int, int]  # code, steps to skip when true, when false, operand


def this_machine() -> Machine | None:
    """None where the numbers of system calls are not known here, or where Python is a 32-bit program."""
    return MACHINES.get(platform.machine()) if struct.calcsize("P") == 8 else None


def is_available() -> bool:
    machine = this_machine()
    if machine is None:
        return False
    try:
        syscall(machine.seccomp, GET_ACTION_AVAILABLE, 0, ctypes.byref(ctypes.c_uint32(REFUSE)))
    except OSError:
        return False
    return True


def program(machine: Machine, pid: int, needs: Collection[str] = ()) -> list[Step]:
    """The filter for the process ``pid``, and for those that it starts where it ``needs`` to (``syscalls.refused``)."""
    steps: list[Step] = [
        (LOAD, 0, 0, AT_MACHINE),
        (JUMP_IF_EQUAL, 1, 0, machine.mark),
        (RETURN, 0, 0, KILL_PROCESS),
        (LOAD, 0, 0, AT_NUMBER),
    ]
    if machine.column == 0:
        steps += [(JUMP_IF_AT_LEAST, 0, 1, syscalls.X32), _refuse(errno.EPERM)]
    steps += [(JUMP_IF_AT_LEAST, 0, 1, syscalls.NEWEST + 1), _refuse(errno.ENOSYS)]
    for name in syscalls.refused(needs):
        steps += _when(machine, name, [_refuse(errno.EPERM)])
    steps += _when(machine, "clone3", [_refuse(errno.ENOSYS)])  # its flags lie in memory: the C library takes clone
    if "processes" not in needs:
        steps += _when(machine, "clone", [*_low(0), (JUMP_IF_SET, 1, 0, CLONE_THREAD), _refuse(errno.EPERM), _ALLOW])
    for name in ("kill", "tgkill", "rt_tgsigqueueinfo"):
        steps += _when(machine, name, _only(0, (pid,)))
    steps += _when(machine, "prlimit64", _only(0, (0, pid)))
    steps += _when(machine, "sched_setaffinity", _only(0, (0, pid)))
    steps += _when(machine, "setpriority", [*_low(0), *_skip_refusal_if(0), *_only(1, (0,))])  # a thread its own
    steps += _when(machine, "prctl", _all_but(0, (PR_SET_PDEATHSIG,)))
    steps += _when(machine, "ioctl", _all_but(1, (TIOCSTI, TIOCLINUX)))
    if "network" in needs:
        steps += _when(machine, "socket", _only(0, (socket.AF_INET, socket.AF_INET6)))
    else:
        steps += _when(machine, "sendto", _without(4))
    return [*steps, _ALLOW]


def install(machine: Machine, pid: int, needs: Collection[str] = ()) -> None:
    """Put the filter in force for this process and what it starts, for good. Raises OSError."""
    code = b"".join(struct.pack("=HBBI", *step) for step in program(machine, pid, needs))
    held = ctypes.create_string_buffer(code, len(code))
    prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(_Program(len(code) // 8, ctypes.addressof(held))))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


_ALLOW: Step = (RETURN, 0, 0, ALLOW)


def _refuse(number: int) -> Step:
    return (RETURN, 0, 0, REFUSE | number)


def _when(machine: Machine, name: str, body: list[Step]) -> list[Step]:
    """``body``, which ends by returning, for one system call; every other goes on behind it."""
    number = machine.number(name)
    return [] if number is None else [(JUMP_IF_EQUAL, 0, len(body), number), *body]


def _low(argument: int) -> list[Step]:
    """Loads the lower half of an argument: the machines here put it first."""
    return [(LOAD, 0, 0, AT_ARGUMENTS + 8 * argument)]


def _only(argument: int, values: tuple[int, ...]) -> list[Step]:
    skips = [(JUMP_IF_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [*_low(argument), *skips, _refuse(errno.EPERM), _ALLOW]


def _skip_refusal_if(value: int) -> list[Step]:
    return [(JUMP_IF_EQUAL, 1, 0, value), _refuse(errno.EPERM)]


def _all_but(argument: int, values: tuple[int, ...]) -> list[Step]:
    skips = [(JUMP_IF_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [*_low(argument), *skips, _ALLOW, _refuse(errno.EPERM)]


def _without(argument: int) -> list[Step]:
    """Allows the call where a pointer is null, both halves of it."""
    low, high = AT_ARGUMENTS + 8 * argument, AT_ARGUMENTS + 8 * argument + 4
    return [
        (LOAD, 0, 0, low),
        (JUMP_IF_EQUAL, 0, 2, 0),
        (LOAD, 0, 0, high),
        (JUMP_IF_EQUAL, 1, 0, 0),
        _refuse(errno.EPERM),
        _ALLOW,
    ]
