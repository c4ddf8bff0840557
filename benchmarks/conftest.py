"""Collects the figures of a run and prints them as one table: ratios within the run, not times, are what counts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

COLUMNS = ("end to end", "composite", "encode", "rlottie + PyAV")
FIGURES = pytest.StashKey[dict[str, dict[str, float]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = defaultdict(dict)


@pytest.fixture
def record_fps(request: pytest.FixtureRequest, benchmark: Any) -> Any:
    """``record_fps(template, column, frames)`` after the benchmark ran keeps its best figure for the table."""

    def record(template: str, column: str, frames: int) -> None:
        fps = frames / benchmark.stats.stats.min
        benchmark.extra_info["fps"] = round(fps, 1)
        request.config.stash[FIGURES][template][column] = fps

    return record


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    figures = config.stash[FIGURES]
    if not figures:
        return
    terminalreporter.section("frames a second at 1920x1080, and end to end over encoding alone")
    terminalreporter.write_line("".join([f"{'':<10}", *(f"{column:>16}" for column in COLUMNS), f"{'ratio':>8}"]))
    for template, row in figures.items():
        cells = [f"{row[column]:>16.1f}" if column in row else f"{'-':>16}" for column in COLUMNS]
        both = "end to end" in row and "encode" in row
        ratio = f"{row['end to end'] / row['encode']:>8.2f}" if both else f"{'-':>8}"
        terminalreporter.write_line("".join([f"{template:<10}", *cells, ratio]))
