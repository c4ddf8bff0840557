"""Commands that draw run in a child process, so that a hang or a crash of a plugin or a library is no end of the
command: the process in front takes signals, removes what is left, and says what happened.

The child is forked before anything else is imported, which takes about a millisecond: both share what is loaded by
then, and all that is slow happens in the child alone. See docs/decisions/0020-a-process-in-front.md.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

COMMANDS = ("render", "still", "inspect", "test")
GRACE_SECONDS = 0.7  # in which a command may end by itself once it was asked to
FAILED = 1
_DONE = "."  # the child's last line: it ended as it meant to
_LEFT = "left "  # before the path of what must go if it does not
_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def is_conducted(words: list[str]) -> bool:
    """Whether a command line is one that draws, on a system that can fork."""
    return sys.platform != "win32" and next((word for word in words if not word.startswith("-")), "") in COMMANDS


def conducted(run: Callable[[], int]) -> int:
    """Returns the exit status of ``run``, which a child process calls. It returns in both processes."""
    notes, writer = os.pipe()
    alive, holder = os.pipe()  # the child sees its end when this process is gone
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOPPING)  # until each process knows what to do with them
    child = os.fork()
    if child == 0:
        os.close(notes)
        os.close(holder)
        return _conduct(run, writer, alive)
    os.close(writer)
    os.close(alive)
    stopped = _Stopped(child)
    before = {number: signal.signal(number, stopped.take) for number in (*_STOPPING, signal.SIGALRM)}
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    _, status = os.waitpid(child, 0)
    stopped.ended = True
    for number, handler in before.items():
        signal.signal(number, handler)
    os.close(holder)
    return _concluded(status, stopped, _read(notes))


# --- in front -------------------------------------------------------------------------------------------------------


class _Stopped:
    """Signals for the command: the first asks the child to end, a second one or the end of its time ends it."""

    def __init__(self, child: int) -> None:
        self._child = child
        self.by: int | None = None
        self.killed = False
        self.ended = False

    def take(self, number: int, frame: FrameType | None) -> None:
        if self.ended:
            return
        with suppress(ProcessLookupError):
            if self.by is None and number != signal.SIGALRM:
                self.by = number
                os.kill(self._child, signal.SIGTERM)
                signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)
            else:
                self.killed = True
                os.kill(self._child, signal.SIGKILL)


def _read(notes: int) -> list[str]:
    """What the child wrote: no more comes, though a grandchild may still hold the other end."""
    os.set_blocking(notes, False)
    parts = []
    with suppress(BlockingIOError):
        while part := os.read(notes, 1 << 16):
            parts.append(part)
    os.close(notes)
    return b"".join(parts).decode("utf-8", "surrogateescape").splitlines()


def _concluded(status: int, stopped: _Stopped, notes: list[str]) -> int:
    """The exit status of the command, with a sentence where the child could not say one itself."""
    done = _DONE in notes
    if not done:
        _remove([line[len(_LEFT) :] for line in notes if line.startswith(_LEFT)])
    if stopped.by is not None:
        if stopped.killed:
            _say("stopped: it did not end by itself, so its process was ended")
        elif not done:
            _say("stopped")
        return 128 + stopped.by
    if done:
        return os.waitstatus_to_exitcode(status)
    where = _where(notes)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        _say(f"failed: its process was ended by {name}, as by a fault in a plugin or a library{where}")
    else:
        _say(f"failed: a plugin or a library ended its process with the status {os.WEXITSTATUS(status)}{where}")
    return FAILED


def _say(what: str) -> None:
    print(f"velocity: {what}; nothing of it is left", file=sys.stderr)  # noqa: T201


def _where(notes: list[str]) -> str:
    """The line that was running, as faulthandler tells it: the innermost one that is not of Python's own library."""
    library = os.path.dirname(os.__file__)
    frames = [line.strip() for line in notes if line.startswith("  File ")]
    own = [frame for frame in frames if library not in frame or "site-packages" in frame]
    return f" ({own[0]})" if own else ""


def _remove(paths: list[str]) -> None:
    for path in paths:
        if os.path.isdir(path) and not os.path.islink(path):
            import shutil

            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                os.unlink(path)


# --- the child ------------------------------------------------------------------------------------------------------


def _conduct(run: Callable[[], int], writer: int, alive: int) -> int:
    """Runs the command: Ctrl+C is for the process in front, which asks this one to end by SIGTERM."""
    import faulthandler

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPPING)
    os.set_blocking(writer, False)  # a note that does not fit is lost: nothing may wait for who reads at the end only
    faulthandler.enable(writer, all_threads=False)

    from velocity_engine.files.leftovers import watched_by

    noted: list[str] = []

    def tell(path: str) -> None:
        noted.append(path)
        _write(writer, f"{_LEFT}{path}\n")

    watched_by(tell)
    threading.Thread(target=_end_with_the_front, args=(alive, noted), daemon=True).start()
    status = run()
    sys.stdout.flush()
    _write(writer, f"{_DONE}\n")
    return status


def _write(writer: int, line: str) -> None:
    with suppress(OSError):
        os.write(writer, line.encode("utf-8", "surrogateescape"))


def _end_with_the_front(alive: int, noted: list[str]) -> None:
    """Ends this process, too, when the one in front was ended with a signal that it cannot take."""
    while os.read(alive, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    _remove(noted)
    os._exit(FAILED)
