"""Processes that start at once: one parent that has the engine loaded forks a child for each task.

The parent (``python -m velocity_web.jobs.forge``) runs no task and starts no thread, so its forks are clean and cheap.
A child is a session of its own, with limits, and dies with the parent. ``Forge`` is the other side: it asks for
children and hears of their ends.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import asdict, dataclass

MESSAGE_BYTES = 65_536
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one child: bytes of data, seconds of processor time, niceness, and the user it becomes when run as root.

    ``reads``: files and folders that it may read; ``writes``: folders that it may write; ``file_bytes``: of the
    largest file that it may write, 0 for none.
    """

    memory_bytes: int
    cpu_seconds: int
    nice: int
    run_as: str = ""
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    file_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """A child is gone; ``status`` as ``os.waitpid`` gives it."""

    pid: int
    status: int

    def sentence(self) -> str:
        if os.WIFSIGNALED(self.status):
            number = os.WTERMSIG(self.status)
            return f"its process was ended by {signal.Signals(number).name}"
        return f"its process ended with status {os.waitstatus_to_exitcode(self.status)}"


class ForgeGone(Exception):
    """The forking parent died; its children died with it."""


class Forge:
    """Client of one forking parent. Not for several threads at once."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "velocity_web.jobs.forge", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.socket = ours

    def start(self, task: str, limits: Limits) -> tuple[int, socket.socket, list[Ended]]:
        """A child for ``task``: its pid, the connection to it, and ends of other children heard of meanwhile.

        Raises ForgeGone.
        """
        ours, theirs = socket.socketpair()
        ended: list[Ended] = []
        try:
            with theirs:
                request = json.dumps({"task": task, "limits": asdict(limits)}).encode()
                socket.send_fds(self.socket, [request], [theirs.fileno()])
            while True:
                answer = self._receive()
                if "started" in answer:
                    return answer["started"], ours, ended
                ended.append(Ended(answer["ended"], answer["status"]))
        except OSError as error:
            ours.close()
            raise ForgeGone from error
        except ForgeGone:
            ours.close()
            raise

    def wait_end(self) -> Ended:
        """The next end of a child; blocks, unless ``socket`` is readable. Raises ForgeGone."""
        answer = self._receive()
        return Ended(answer["ended"], answer["status"])

    def _receive(self) -> dict[str, int]:
        try:
            raw = self.socket.recv(MESSAGE_BYTES)
        except OSError as error:
            raise ForgeGone from error
        if not raw:
            raise ForgeGone
        answer: dict[str, int] = json.loads(raw)
        return answer

    def close(self) -> None:
        """End the parent and with it its children."""
        self.socket.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(2)
            return
        self._process.kill()
        self._process.wait()


def kill_child(pid: int) -> None:
    """End a child and whatever it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def serve(connection: socket.socket) -> None:
    """The parent's loop: fork for each request, report each end, leave when the other side closes."""
    from velocity_web.jobs import tasks

    tasks.load_engine()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _events in selector.select()}
            if woken in ready:
                os.read(woken, 4096)
                _report_ends(connection)
            if connection.fileno() in ready:
                request, passed, _flags, _address = socket.recv_fds(connection, MESSAGE_BYTES, 1)
                if not request:
                    return
                pid = os.fork()
                if pid == 0:
                    selector.close()
                    for number in (woken, wake):
                        os.close(number)
                    _become_child(connection, json.loads(request), passed[0])
                for number in passed:
                    os.close(number)
                connection.send(json.dumps({"started": pid}).encode())


def _report_ends(connection: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        connection.send(json.dumps({"ended": pid, "status": status}).encode())


def _become_child(connection: socket.socket, request: dict[str, object], number: int) -> None:
    from velocity_web.jobs import tasks

    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for restored in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(restored, signal.SIG_DFL)
        connection.close()
        os.setsid()
        limits = request["limits"]
        assert isinstance(limits, dict)
        _confine(Limits(**limits))
        with socket.socket(fileno=number) as channel:
            code = tasks.run(str(request["task"]), channel)
    except BaseException:  # noqa: BLE001  # os._exit below would swallow it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _confine(limits: Limits) -> None:
    """Die with the parent, get no new rights, and stay within the limits."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() == 1:
        os._exit(1)
    os.umask(0o077)
    os.nice(limits.nice)
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limits.run_as and os.getuid() == 0:
        import pwd

        user = pwd.getpwnam(limits.run_as)
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
