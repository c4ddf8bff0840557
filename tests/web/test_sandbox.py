"""The parts of the confinement, each by itself: the filter's program, the rules of each kernel, what a child says, and
clearing away what it left."""

from __future__ import annotations

import errno
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from velocity_web.jobs.queue import Leased
from velocity_web.jobs.running import Running
from velocity_web.processes.answers import NotUnderstood, read_message
from velocity_web.processes.child import Child, TaskFailed
from velocity_web.processes.environment import fork_server_environment
from velocity_web.processes.sandbox import landlock, readable, seccomp, syscalls
from velocity_web.processes.sandbox.confinement import confinement
from velocity_web.schemas import states
from velocity_web.storage.files import made_bytes, read_made, remove

PID = 4242
KILLED, ALLOWED = "killed", "allowed"
OWN_NUMBERS = {"x86_64": "asm/unistd_64.h", "aarch64": "asm-generic/unistd.h"}


def answer(machine: seccomp.Machine, number: int, *arguments: int, mark: int | None = None) -> str:
    """What the kernel would say to a call: the program is run as its packet filter does."""
    words = {seccomp.AT_NUMBER: number, seccomp.AT_MACHINE: machine.mark if mark is None else mark}
    for place, value in enumerate((*arguments, 0, 0, 0, 0, 0, 0)[:6]):
        words[seccomp.AT_ARGUMENTS + 8 * place] = value & 0xFFFFFFFF
        words[seccomp.AT_ARGUMENTS + 8 * place + 4] = value >> 32 & 0xFFFFFFFF
    steps, at, loaded = seccomp.program(machine, PID), 0, 0
    while True:
        code, if_true, if_false, operand = steps[at]
        at += 1
        if code == seccomp.LOAD:
            loaded = words[operand]
        elif code == seccomp.RETURN:
            if operand == seccomp.KILL_PROCESS:
                return KILLED
            return ALLOWED if operand == seccomp.ALLOW else errno.errorcode[operand & 0xFFFF]
        else:
            holds = {
                seccomp.JUMP_IF_EQUAL: loaded == operand,
                seccomp.JUMP_IF_AT_LEAST: loaded >= operand,
                seccomp.JUMP_IF_SET: bool(loaded & operand),
            }[code]
            at += if_true if holds else if_false


@pytest.mark.parametrize("name", seccomp.MACHINES)
def test_the_filter_refuses_what_it_lists_on_every_machine(name: str) -> None:
    machine = seccomp.MACHINES[name]
    for call in syscalls.REFUSED:
        number = machine.number(call)
        if number is not None:
            assert answer(machine, number) == "EPERM", call
    ordinary = {"x86_64": (0, 1, 9, 12, 202, 257, 262, 318), "aarch64": (63, 64, 222, 214, 98, 56, 79, 278)}[name]
    assert {answer(machine, number) for number in ordinary} == {ALLOWED}
    assert answer(machine, 39, mark=0x40000003) == KILLED
    assert answer(machine, syscalls.NEWEST) == ALLOWED
    assert answer(machine, syscalls.NEWEST + 1) == "ENOSYS"
    assert answer(machine, syscalls.X32 | 39) in ("EPERM", "ENOSYS")


@pytest.mark.parametrize("name", seccomp.MACHINES)
def test_the_filter_looks_into_arguments(name: str) -> None:
    machine = seccomp.MACHINES[name]

    def said(call: str, *arguments: int) -> str:
        number = machine.number(call)
        assert number is not None
        return answer(machine, number, *arguments)

    thread = 0x3D0F00
    assert said("clone", thread) == ALLOWED
    assert said("clone", 17) == said("clone", 0x4111) == said("clone", 0x10000000) == "EPERM"
    assert said("clone3") == "ENOSYS"
    for call in ("kill", "tgkill", "rt_tgsigqueueinfo"):
        assert said(call, PID) == ALLOWED
        assert {said(call, pid) for pid in (0, 1, PID + 1, 2**64 - 1)} == {"EPERM"}
    for call in ("prlimit64", "sched_setaffinity"):
        assert said(call, 0) == said(call, PID) == ALLOWED
        assert said(call, 1) == "EPERM"
    assert said("setpriority", 0, 0, 10) == ALLOWED
    assert said("setpriority", 0, 1, 10) == said("setpriority", 2, 0, 10) == "EPERM"
    assert said("prctl", 15) == ALLOWED
    assert said("prctl", 1) == "EPERM"
    assert said("ioctl", 0, 0x5401) == ALLOWED
    assert said("ioctl", 0, 0x5412) == said("ioctl", 0, 0x541C) == "EPERM"
    assert said("sendto", 3, 4096, 10, 0, 0) == ALLOWED
    assert said("sendto", 3, 4096, 10, 0, 4096) == said("sendto", 3, 4096, 10, 0, 1 << 40) == "EPERM"


@pytest.mark.parametrize("name", OWN_NUMBERS)
def test_the_numbers_are_the_kernels(name: str) -> None:
    machine = seccomp.MACHINES[name]
    try:
        said = subprocess.run(
            ["cc", "-E", "-dM", "-D__BITS_PER_LONG=64", "-"],
            input=f"#include <{OWN_NUMBERS[name]}>",
            text=True,
            capture_output=True,
            check=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("there is no compiler with the kernel's headers")
    kernels = {call: int(number) for call, number in re.findall(r"#define __NR_(\w+) (\d+)$", said, re.MULTILINE)}
    compared = [call for call in syscalls.REFUSED | syscalls.WATCHED if call in kernels]
    assert len(compared) > 100 or (name == "x86_64" and not kernels)
    assert {call: machine.number(call) for call in compared} == {call: kernels[call] for call in compared}


PROBE = """
import os, signal, socket, sys
from velocity_web.processes.sandbox import landlock, rights
version, granted, other, port, pid = int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
rights.gain_nothing()
landlock.restrict(landlock.ruleset(version, [(granted, landlock.READ), ("/nowhere", landlock.READ)]))
def tried(function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        return type(error).__name__
    return "done"
print(tried(open, granted), tried(open, other), tried(open, other + "x", "w"))
print(tried(os.truncate, other, 1), tried(socket.socket().connect, ("127.0.0.1", port)), tried(os.kill, pid, 0))
"""


@pytest.mark.parametrize("version", range(1, 7))
def test_each_version_of_landlock_takes_what_it_can(tmp_path: Path, version: int) -> None:
    if version > (landlock.abi() or 0):
        pytest.skip("this kernel does not have it")
    for name in ("granted", "other"):
        (tmp_path / name).write_text("text")
    with socket.create_server(("127.0.0.1", 0)) as server:
        paths = [str(tmp_path / "granted"), str(tmp_path / "other")]
        arguments = [str(version), *paths, str(server.getsockname()[1]), str(os.getpid())]
        done = subprocess.run(
            [sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, timeout=240, check=True
        )
    files, others = (line.split() for line in done.stdout.splitlines())
    assert files == ["done", "PermissionError", "PermissionError"]
    assert others == ["PermissionError" if version >= needed else "done" for needed in (3, 4, 6)]


def test_a_kernel_without_either_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    here = confinement("somebody")
    assert (here.landlock, here.seccomp) == (landlock.abi(), seccomp.is_available())
    monkeypatch.setattr(landlock, "abi", lambda: None)
    monkeypatch.setattr(seccomp, "is_available", lambda: False)
    lacking = confinement("somebody")
    assert (lacking.landlock, lacking.seccomp) == (None, False)
    for word in ("files", "system calls", "network", "signals"):
        assert word in lacking.sentence()


def test_what_may_be_read_is_python_and_the_packages_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    (tmp_path / "module.py").write_text("")
    (tmp_path / "data" / "templates").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    roots = readable.roots()
    assert {str(tmp_path / "package"), str(tmp_path / "module.py")} <= set(roots)
    assert not any((tmp_path / "data").is_relative_to(root) for root in roots)
    assert not any(Path(sys.prefix, "data").is_relative_to(root) for root in roots)
    for needed in (os.__file__, json.__file__, pytest.__file__, seccomp.__file__):
        assert any(Path(needed).resolve().is_relative_to(root) for root in roots), needed


def test_only_listed_variables_reach_the_processes_that_render() -> None:
    given = {"PATH": "/bin", "LC_ALL": "C", "NUMBA_CACHE_DIR": "/c", "MY_SECRET_TOKEN": "s", "VELOCITY_DATABASE": "d"}
    assert set(fork_server_environment(given)) == {
        *("PATH", "LC_ALL", "NUMBA_CACHE_DIR"),
        *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"),
    }


# --- what a child says ---


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[" * 100_000,
        b"[]",
        b'{"result": [1]}',
        b'{"result": {"frames": "1", "size_bytes": 1}}',
        b'{"result": {"frames": -1, "size_bytes": 1, "sha256": "%s"}}' % (b"0" * 64),
        b'{"result": {"frames": 1e999, "size_bytes": 1, "sha256": "%s"}}' % (b"0" * 64),
        b'{"progress": {"done": 1, "total": 99999999999999999999, "remaining_ms": 1}}',
        b'{"progress": 1}',
        b'{"stage": "Robert\'); DROP TABLE job"}',
        b'{"failed": {"a": 1}}',
    ],
)
def test_what_no_task_says_is_not_understood(line: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_message(line, states.RENDER)


def test_what_tasks_say_is_understood() -> None:
    assert read_message(b'{"stage": "analyzing"}', states.TEMPLATE).stage == "analyzing"
    said = read_message(b'{"failed": "a\\u0000b"}', states.AUDIO).failed
    assert said is not None and "\0" not in said
    with pytest.raises(ValidationError):
        read_message(b'{"stage": "analyzing"}', states.TEMPLATE).stage = "other"  # type: ignore[misc]


@pytest.mark.parametrize("said", [b"nonsense\n", b'{"result": 1}\n'])
def test_a_child_that_talks_nonsense_is_noted_and_no_more(said: bytes, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        running = Running(Leased("id", states.RENDER, "a", "s", 1), 1, ours, tmp_path, None, 60.0)
        theirs.sendall(said)
        running.read()
        assert running.garbled
        assert running.result is None


@pytest.mark.parametrize("said", [b"nonsense\n", b'{"result": {"kind": 1}}\n', b'{"failed": []}\n'])
def test_a_task_that_talks_nonsense_has_failed(said: bytes, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(said)
        child = Child(os.getpid(), ours, "asset", tmp_path)
        with child.within(60), pytest.raises(TaskFailed, match="cannot be understood"):
            child.message()


def test_a_finished_file_must_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"four")
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    assert made_bytes(tmp_path / "file") == 4
    assert read_made(tmp_path / "file", 4) == b"four"
    assert made_bytes(tmp_path / "nothing") is None
    for name in ("link", "pipe"):
        assert made_bytes(tmp_path / name) is None
        with pytest.raises(OSError):
            read_made(tmp_path / name, 1000)
    with pytest.raises(OSError):
        read_made(tmp_path / "file", 3)


def test_whatever_a_child_left_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "left"
    folder.mkdir()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (folder / "link").symlink_to(outside)
    home = os.open(".", os.O_RDONLY)
    os.chdir(folder)
    try:
        for _ in range(3000):
            os.mkdir("deep")
            os.chdir("deep")
            Path("file").write_text("x")
        os.chmod(".", 0)
    finally:
        os.fchdir(home)
        os.close(home)
    remove(folder)
    assert not folder.exists()
    assert (outside / "kept").exists()
    remove(folder)
