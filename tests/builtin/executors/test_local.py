"""The built-in executor, and how a render is given to one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import velocity_engine as ve
from velocity_engine.builtin.executors import velocity_executors
from velocity_engine.builtin.executors.local import LocalExecutor
from velocity_engine.plugin_types import EncodedSegment, Executor, Segment
from velocity_engine.testing import check_executor


def test_conforms_to_the_protocol() -> None:
    for executor in velocity_executors():
        check_executor(executor)


DEMO = Path(__file__).resolve().parents[3] / "examples" / "demo.zip"
SMALL = ve.EncoderConfig(resolution=(160, 90), gop=10, idr=20, preset=5)


def rendered(folder: Path, executor: str | Executor | None = None) -> tuple[bytes, ve.RenderResult]:
    with ve.open_template(DEMO) as template:
        result = ve.render(template, folder / "out.mp4", encoder=SMALL, frames=(0, 60), executor=executor)
    return (folder / "out.mp4").read_bytes(), result


def test_a_render_takes_an_executor_by_name_or_as_an_object(tmp_path: Path) -> None:
    asked: list[Segment] = []

    class Counting(LocalExecutor):
        def run(
            self, work: Callable[[Segment], EncodedSegment], segments: Sequence[Segment], cancelled: Callable[[], bool]
        ) -> Iterator[EncodedSegment]:
            asked.extend(segments)
            return super().run(work, segments, cancelled)

    file, alone = rendered(tmp_path)
    by_name, result = rendered(tmp_path, "local")
    by_object, _ = rendered(tmp_path, Counting())
    assert file == by_name == by_object
    assert len(asked) == 3
    assert result.tiles == alone.tiles == 60 * 3 * 2


def test_an_executor_that_is_not_installed(tmp_path: Path) -> None:
    with pytest.raises(ve.PluginError, match="loca") as refused:
        rendered(tmp_path, "loca")
    assert "local" in str(refused.value)
    assert not list(tmp_path.iterdir())
