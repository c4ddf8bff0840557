"""Data that moves: bar and line charts, and countdowns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from velocity_engine import hookimpl

if TYPE_CHECKING:
    from velocity_engine.plugin_types import LayerType


@hookimpl
def velocity_layers() -> list[LayerType]:
    from velocity_charts.bars import BarChart
    from velocity_charts.countdown import Countdown
    from velocity_charts.lines import LineChart

    return [BarChart(), LineChart(), Countdown()]
