"""The conformance suite of executors."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from velocity_engine.api.renders import order_for
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import OrderError, RenderCancelled, VelocityError
from velocity_engine.order import RenderOrder
from velocity_engine.pipeline.prepared import prepare
from velocity_engine.pipeline.render_segment import render_segment
from velocity_engine.plugin_types import (
    Executor,
    Segment,
)
from velocity_engine.plugins import checks
from velocity_engine.template import open_template
from velocity_engine.testing.doubles import Watch
from velocity_engine.testing.sentences import require, require_protocol


def check_executor(executor: Executor) -> None:
    """Checks that an executor follows its protocol, with a real render of six segments.

    Each segment must be rendered exactly once and have the bytes that it has in this process. An error must be raised
    unchanged. A run that is cancelled from the start must end before all segments are rendered; it may raise
    RenderCancelled.

    Args:
        executor: The executor. What it takes to reach its processes or machines must be there. They must reach the
            temporary folder of this machine.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
    """
    require_protocol(checks.EXECUTOR, executor)
    with tempfile.TemporaryDirectory() as folder:
        order, segments = _small_order(Path(folder))
        expected = {segment.number: render_segment(order, segment).packets for segment in segments}
        results = list(executor.run(order, segments, Watch()))
        done = sorted(result.segment.number for result in results)
        require(done == sorted(expected), f"of segments 0 to 5 it rendered {done}: each must be rendered exactly once")
        for result in results:
            same = result.packets == expected[result.segment.number]
            require(same, f"segment {result.segment.number} has other bytes than in this process")
        require(list(executor.run(order, [], Watch())) == [], "without segments it returned results")
        _check_cancelled(executor, order, segments)
        (Path(folder) / "data.json").write_text("{}")
        _check_error(executor, replace(order, output="changed.mp4"), segments)


def _small_order(folder: Path) -> tuple[RenderOrder, Sequence[Segment]]:
    """A square that moves, in six segments of five frames."""
    ease = {"h": 0, "o": {"x": 0, "y": 0}, "i": {"x": 1, "y": 1}}
    keys = [{"t": 0, "s": [16, 16, 0], **ease}, {"t": 30, "s": [48, 48, 0]}]
    transform = {"p": {"a": 1, "k": keys}, "a": {"a": 0, "k": [8, 8, 0]}}
    square = {"ty": 1, "sw": 16, "sh": 16, "sc": "#ff0000", "ip": 0, "op": 30, "st": 0, "ind": 1, "ks": transform}
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 30, "w": 64, "h": 64, "layers": [square], "assets": []}
    (folder / "data.json").write_text(json.dumps(document))
    with open_template(folder / "data.json") as template:
        order = order_for(template, folder / "video.mp4", encoder=EncoderConfig(segment_seconds=0.2, preset=5))
        return order, prepare(order, template).video.segments


def _check_cancelled(executor: Executor, order: RenderOrder, segments: Sequence[Segment]) -> None:
    try:
        count = len(list(executor.run(order, segments, Watch(stopped=True))))
    except RenderCancelled:
        return
    require(count < len(segments), "a run that was cancelled from the start rendered all of its segments")


def _check_error(executor: Executor, order: RenderOrder, segments: Sequence[Segment]) -> None:
    try:
        list(executor.run(order, segments, Watch()))
    except VelocityError as error:
        require(isinstance(error, OrderError), f"an OrderError of render_segment came out as another error: {error}")
    else:
        raise AssertionError("an error of render_segment did not come out")
