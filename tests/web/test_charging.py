"""What a render is charged: how long it ran, without what others kept it from running."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from velocity_web.jobs.queue import Leased
from velocity_web.jobs.running import Running
from velocity_web.processes.fork_server import Ended, ForkServer, Limits

BUSY = "import os\nwhile sum(os.times()[:2]) < 0.3: pass\nprint(flush=True)\ninput()"
IDLE = "print(flush=True)\ninput()"


@contextmanager
def running(code: str) -> Iterator[Running]:
    """A child that has done its work and waits."""
    command = [sys.executable, "-c", code]
    ours, theirs = socket.socketpair()
    with ours, theirs, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        job = Leased("id", "render", "account", "id", 1)
        yield Running(job, child.pid, ours, Path(), None, float("inf"))
        child.kill()


def test_a_render_that_waits_for_a_processor_is_not_charged_the_wait() -> None:
    with running(IDLE) as waiting:
        waiting.began -= 100
        before = waiting.charged_ms
        time.sleep(0.1)
        assert waiting.charged_ms == before < 5000 < waiting.elapsed_ms


def test_a_render_on_many_processors_is_charged_how_long_it_ran() -> None:
    with running(BUSY) as busy:
        assert busy.processor_ms() >= 300
        busy.began = time.monotonic()
        assert busy.charged_ms < 300


def test_what_a_child_took_is_known_when_it_is_gone() -> None:
    with running(BUSY) as busy:
        seen = busy.processor_ms()
    assert busy.processor_ms() == seen
    busy.ended = Ended(busy.pid, 0, 12_345)
    busy.began -= 100
    assert busy.charged_ms == 12_345


def test_the_fork_server_tells_what_a_child_took(tmp_path: Path) -> None:
    fork_server = ForkServer()
    try:
        limits = Limits(2 << 30, 60, 0, "", reads=(), writes=(str(tmp_path),), file_bytes=1 << 20)
        pid, channel, ended = fork_server.start("template", limits)
        channel.close()
        while pid not in [one.pid for one in ended]:
            if (end := fork_server.hear()) is not None:
                ended.append(end)
        assert ended[-1].processor_ms > 0
    finally:
        fork_server.close()
