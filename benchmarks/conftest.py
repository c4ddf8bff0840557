"""Collects the figures of a run; ``--report FOLDER`` writes them as a page with a chart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import report
from benchmarks.figures import Figure

FIGURES = pytest.StashKey[list[Figure]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--report", metavar="FOLDER", help="write benchmarks.md and yardstick.svg there")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


@pytest.fixture
def record(request: pytest.FixtureRequest, benchmark: Any) -> Any:
    """``record(template, size, processors, what, name=value...)`` keeps figures for the report and the JSON file."""

    def keep(template: str, size: str, processors: int | None, what: str, **values: float) -> None:
        figure = Figure(template, size, processors, what, values)
        benchmark.extra_info[what] = {name: round(value, 3) for name, value in values.items()}
        request.config.stash[FIGURES].append(figure)

    return keep


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    figures = config.stash[FIGURES]
    if not figures:
        return
    terminalreporter.section("figures")
    for line in report.page(figures, chart=None, history={}).splitlines():
        terminalreporter.write_line(line)
    folder = config.getoption("--report")
    if folder:
        report.write(figures, Path(folder))
