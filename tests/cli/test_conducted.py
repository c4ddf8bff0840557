"""Commands that draw, as processes: what hangs can be interrupted, what crashes leaves a sentence and no file."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from velocity_engine.cli.conducted import GRACE_SECONDS, is_conducted

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="commands are not forked there")

MODULE = """
import ctypes, os, time
from pathlib import Path
from velocity_engine import hookimpl

HERE = Path(__file__).parent

def kernel(nogil):
    import numba

    def spin(count):
        while count >= 0:
            count = (count + 1) % 1000
        return count

    return numba.njit("int64(int64)", nogil=nogil)(spin)

class Trap:
    key, lottie_types, moves = "trap", (77,), True

    def prepare(self, layer, context):
        return self

    def draw(self, sampler):
        if sampler.frame >= 3:
            (HERE / "reached").touch()
            WHAT
        return []

@hookimpl
def velocity_layers():
    return [Trap()]
"""
HANG = "time.sleep(600)"
SPIN = "while True: pass"
CRASH = "ctypes.string_at(0)"
ABORT = "os.abort()"
EXIT = "os._exit(7)"
FREE_KERNEL = "kernel(nogil=True)(1)"  # other threads of Python go on
KERNEL = "kernel(nogil=False)(1)"  # nothing of Python goes on

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """``start(WHAT, command, output)`` starts a command on a template whose layer does WHAT at frame 3."""
    (tmp_path / "out").mkdir()
    layer = {"ty": 77, "nm": "Mine", "ks": {}, "ip": 0, "op": 50, "st": 0}
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 50, "w": 128, "h": 64, "layers": [layer], "assets": []}
    (tmp_path / "data.json").write_text(json.dumps(document))

    def begin(what: str, command: Sequence[str]) -> subprocess.Popen[str]:
        (tmp_path / "trap_plugin.py").write_text(MODULE.replace("WHAT", what))
        info = tmp_path / "acme_trap-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-trap\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[velocity]\ntrap = trap_plugin\n")
        (tmp_path / "tmp").mkdir()
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}
        return subprocess.Popen(
            [sys.executable, "-m", "velocity_engine", *command],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return begin


RENDER = ["render", "data.json", "-o", "out/o.mp4"]
STILL = ["still", "data.json", "-o", "out/o.png", "--frame", "3"]


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    for _ in range(2400):
        if path.exists():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    pytest.fail("the plugin was not reached")


@pytest.mark.parametrize("command", [RENDER, STILL], ids=["render", "still"])
@pytest.mark.parametrize(
    ("what", "number", "status"),
    [
        (HANG, signal.SIGINT, 130),
        (HANG, signal.SIGTERM, 143),
        (SPIN, signal.SIGINT, 130),
        (FREE_KERNEL, signal.SIGINT, 130),
        (KERNEL, signal.SIGINT, 130),
        (KERNEL, signal.SIGTERM, 143),
    ],
)
def test_one_signal_ends_what_hangs(
    start: Start, tmp_path: Path, what: str, command: list[str], number: int, status: int
) -> None:
    process = start(what, command)
    try:
        wait_for(tmp_path / "reached", process)
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == status
    assert "stopped" in errors and "Traceback" not in errors
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("command", [RENDER, STILL], ids=["render", "still"])
@pytest.mark.parametrize(
    ("what", "words"),
    [
        (CRASH, r"ended by SIGSEGV.*trap_plugin\.py.*in draw"),
        (ABORT, r"ended by SIGABRT.*trap_plugin\.py.*in draw"),
        (EXIT, r"with the status 7"),
    ],
)
def test_a_crash_leaves_a_sentence_and_no_file(
    start: Start, tmp_path: Path, what: str, words: str, command: list[str]
) -> None:
    process = start(what, command)
    output, errors = process.communicate(timeout=240)
    assert (process.returncode, output) == (1, "")
    (line,) = errors.strip().splitlines()
    assert line.startswith("velocity: failed") and re.search(words, line)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_crash_removes_temporary_folders_of_stored_videos(start: Start, tmp_path: Path) -> None:
    process = start(EXIT, ["render", "data.json", "-o", "memory://bucket/o.mp4"])
    assert process.wait(240) == 1
    assert [path.name for path in (tmp_path / "tmp").iterdir() if path.name.startswith("velocity-")] == []


def test_the_command_ends_with_the_process_in_front(start: Start, tmp_path: Path) -> None:
    process = start(HANG, RENDER)
    wait_for(tmp_path / "reached", process)
    process.kill()
    process.communicate(timeout=120)  # the child has these pipes, too: their end is its end
    assert list((tmp_path / "out").iterdir()) == []


def test_commands_that_draw_are_conducted_and_no_others() -> None:
    assert is_conducted(["render", "a.zip"]) and is_conducted(["--debug", "still"])
    assert not is_conducted(["serve"]) and not is_conducted(["plugins", "render"]) and not is_conducted([])
    assert GRACE_SECONDS < 1.0
