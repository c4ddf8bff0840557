"""The built-in executors, and how a render is given to one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from sound_orders import orders_with_sound

import velocity_engine as ve
from velocity_engine.executors import velocity_executors
from velocity_engine.executors.local import LocalExecutor
from velocity_engine.order import RenderOrder
from velocity_engine.plugin_types import EncodedSegment, Executor, RenderWatch, Segment
from velocity_engine.testing import check_executor

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.zip"
SMALL = ve.EncoderConfig(resolution=(160, 90), gop=10, idr=20, preset=5)
LARGE = ve.EncoderConfig(segment_seconds=0.5)


@pytest.mark.parametrize("executor", velocity_executors(), ids=lambda one: one.key)
def test_conforms_to_the_protocol(executor: Executor) -> None:
    check_executor(executor)


def rendered(folder: Path, executor: str | Executor | None = None) -> tuple[bytes, ve.RenderResult]:
    with ve.open_template(DEMO) as template:
        result = ve.render(template, folder / "out.mp4", encoder=SMALL, frames=(0, 60), executor=executor)
    return (folder / "out.mp4").read_bytes(), result


def test_a_render_takes_an_executor_by_name_or_as_an_object(tmp_path: Path) -> None:
    asked: list[Segment] = []

    class Counting(LocalExecutor):
        def run(self, order: RenderOrder, segments: Sequence[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
            asked.extend(segments)
            return super().run(order, segments, watch)

    file, alone = rendered(tmp_path)
    by_name, result = rendered(tmp_path, "local")
    by_object, _ = rendered(tmp_path, Counting())
    by_processes, spread = rendered(tmp_path, "processes")
    assert file == by_name == by_object == by_processes
    assert len(asked) == 3
    assert result.tiles == alone.tiles == spread.tiles == 60 * 3 * 2


def test_a_soundtrack_has_the_same_bytes_in_other_processes(tmp_path: Path) -> None:
    for name, order in orders_with_sound(tmp_path):
        made = []
        for executor in (None, "local", "processes"):
            ve.render_order(order, executor=executor)
            made.append((tmp_path / "out.mp4").read_bytes())
        assert made[0] == made[1] == made[2], name


def test_a_render_in_this_process_plans_its_template_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[ve.Template] = []
    plan = ve.Template.plan

    def counted(template: ve.Template, *arguments: object, **named: object) -> object:
        planned.append(template)
        return plan(template, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(ve.Template, "plan", counted)
    file, _result = rendered(tmp_path, "local")
    assert len(planned) == 1
    again, _result = rendered(tmp_path, "local")
    assert len(planned) == 2  # nothing of a render is kept that its template may outlive
    assert file == again


def test_an_executor_that_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(ve.PluginError, match="loca") as refused:
        rendered(tmp_path, "loca")
    assert "local" in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_any_pool_can_render_segments(tmp_path: Path) -> None:
    """What a third party does: its own pool, and nothing of the engine but ``render_segment``."""

    class Pool:
        key = "pool"

        def run(self, order: RenderOrder, segments: Sequence[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
            with ProcessPoolExecutor(1, get_context("spawn")) as pool:
                yield from pool.map(ve.render_segment, [order] * len(segments), segments)

    file, _result = rendered(tmp_path)
    assert rendered(tmp_path, Pool())[0] == file


def test_progress_and_cancelling_cross_the_border(tmp_path: Path) -> None:
    told: list[int] = []
    cancel = threading.Event()

    def progress(now: ve.Progress) -> None:
        told.append(now.frames_done)
        if now.frames_done > 0:
            cancel.set()

    with ve.open_template(DEMO) as template, pytest.raises(ve.RenderCancelled):
        ve.render(
            template, tmp_path / "out.mp4", encoder=LARGE, executor="processes", progress=progress, cancelled=cancel
        )
    assert 0 < told[-1] < template.frame_count
    assert not list(tmp_path.iterdir())


def test_the_processes_end_with_a_render_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, velocity_engine as ve\n"
        "def tell(now):\n"
        "    print(now.frames_done, flush=True)\n"
        "if __name__ == '__main__':\n"
        f"    with ve.open_template({str(DEMO)!r}) as template:\n"
        "        ve.render(template, sys.argv[1], encoder=ve.EncoderConfig(segment_seconds=0.2, preset=0),"
        " executor='processes', progress=tell)\n"
    )
    command = [sys.executable, str(program), str(tmp_path / "out.mp4")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        for line in process.stdout:
            if int(line) > 0:
                break
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    deadline = time.monotonic() + 60
    while _lives(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _lives(process.pid)


def _lives(session: int) -> bool:
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z" and int(entry.parent.name) != os.getpid():
            return True
    return False


def test_an_order_without_digests_is_refused() -> None:
    order = ve.RenderOrder(template=ve.FileReference(str(DEMO), ""), output="out.mp4")
    with pytest.raises(ve.OrderError, match="does not tell what its files hold"):
        ve.render_segment(order, Segment(number=0, first=0, last=5))
