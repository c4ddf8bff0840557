"""Processes that start at once: one parent that has the engine loaded forks a child for each task.

The parent (``python -m velocity_web.processes.fork_server``) runs no task and has one thread: its forks are clean and
cheap. A child is a session of its own, confined (``sandbox``), and dies with the parent. ``ForkServer`` is the other
side: it asks for children and hears of their ends.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import traceback
from contextlib import suppress
from dataclasses import asdict, dataclass

from velocity_web.processes import lending
from velocity_web.processes.child_log import ChildLogs
from velocity_web.processes.environment import fork_server_environment
from velocity_web.processes.sandbox import readable, rights
from velocity_web.processes.sandbox.confinement import Limits, confine

MESSAGE_BYTES = 65_536

__all__ = ["Ended", "ForkServer", "ForkServerDied", "Limits", "kill_child", "serve"]


@dataclass(frozen=True, slots=True)
class Ended:
    """A child is gone; ``status`` as ``os.waitpid`` returns it, and what it took of all processors together."""

    pid: int
    status: int
    processor_ms: int = 0

    @property
    def is_out_of_time(self) -> bool:
        """Whether the kernel ended it because it had taken all the processor time that it may."""
        return os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGXCPU

    @property
    def how(self) -> str:
        """For the log: the signal, or the exit status."""
        if os.WIFSIGNALED(self.status):
            return signal.Signals(os.WTERMSIG(self.status)).name
        return f"status {os.waitstatus_to_exitcode(self.status)}"

    def reason(self) -> str:
        """For who waits for the result."""
        if self.is_out_of_time:
            return "it took more processor time than one process may"
        if not os.WIFSIGNALED(self.status):
            return "its process ended without an answer"
        if os.WTERMSIG(self.status) == signal.SIGKILL:
            return "the system ended its process, which it does where memory runs out"
        return "its process crashed"


class ForkServerDied(Exception):
    """The forking parent died; its children died with it."""


class ForkServer:
    """Client of one forking parent. Not for several threads at once."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "velocity_web.processes.fork_server", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                env=fork_server_environment(os.environ),
                start_new_session=True,
            )
        self.socket = ours
        self.is_ready = False

    @property
    def pid(self) -> int:
        """Of the forking parent."""
        return self._process.pid

    def start(self, task: str, limits: Limits) -> tuple[int, socket.socket, list[Ended]]:
        """A child for ``task``: its pid, the connection to it, and ends of other children heard of meanwhile.

        Raises ForkServerDied, and OSError when a file cannot be lent to the user that the child becomes.
        """
        lending.lend(limits)
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
                if "ended" in answer:
                    ended.append(Ended(answer["ended"], answer["status"], answer["processor_ms"]))
        except OSError as error:
            ours.close()
            raise ForkServerDied from error
        except ForkServerDied:
            ours.close()
            raise

    def hear(self) -> Ended | None:
        """The end of a child, or None for the word that the parent is ready (``is_ready``).

        Blocks, unless ``socket`` is readable. Raises ForkServerDied.
        """
        answer = self._receive()
        return Ended(answer["ended"], answer["status"], answer["processor_ms"]) if "ended" in answer else None

    def _receive(self) -> dict[str, int]:
        try:
            raw = self.socket.recv(MESSAGE_BYTES)
        except OSError as error:
            raise ForkServerDied from error
        if not raw:
            raise ForkServerDied
        answer: dict[str, int] = json.loads(raw)
        self.is_ready = True  # it says nothing before
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
    from velocity_web.processes import tasks

    rights.hide_memory()
    rights.adopt_orphans()
    tasks.load_engine()
    roots = readable.roots()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    with suppress(ConnectionError):  # the other side is gone, and left unread what it was told
        _answer(connection, woken, roots)


def _answer(connection: socket.socket, woken: int, roots: tuple[str, ...]) -> None:
    """Returns when the other side closes. Raises ConnectionError. ``woken`` is readable when a child ended."""
    children: set[int] = set()
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        logs = ChildLogs(selector)
        connection.send(json.dumps({"ready": os.getpid()}).encode())
        while True:
            ready = {key.fd for key, _events in selector.select()}
            logs.read(ready)
            if woken in ready:
                os.read(woken, 4096)
                _report_ends(connection, children)
            if connection.fileno() in ready:
                request, passed, _flags, _address = socket.recv_fds(connection, MESSAGE_BYTES, 1)
                if not request:
                    return
                log = logs.open()
                pid = os.fork()
                if pid == 0:
                    _become_child(json.loads(request), passed[0], log, roots)
                for number in (*passed, log):
                    os.close(number)
                children.add(pid)
                connection.send(json.dumps({"started": pid}).encode())


def _report_ends(connection: socket.socket, children: set[int]) -> None:
    """Tell of the children that ended, and end what they left: processes of theirs, which are this one's now."""
    while True:
        try:
            pid, status, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if pid in children:
            children.remove(pid)
            taken = round(1000 * (used.ru_utime + used.ru_stime))
            connection.send(json.dumps({"ended": pid, "status": status, "processor_ms": taken}).encode())
        for orphan in rights.own_children() - children:
            kill_child(orphan)


def _become_child(request: dict[str, object], number: int, log: int, roots: tuple[str, ...]) -> None:
    """Never returns. ``number`` is the channel, ``log`` what takes the place of standard output and error."""
    from velocity_web.processes import tasks

    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for restored in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(restored, signal.SIG_DFL)
        os.setsid()
        for stream in (1, 2):
            os.dup2(log, stream)
        limits = request["limits"]
        assert isinstance(limits, dict)
        confine(Limits(**limits), roots, number)
        with socket.socket(fileno=number) as channel:
            code = tasks.run(str(request["task"]), channel)
    except BaseException:  # noqa: BLE001  # os._exit below would swallow it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
