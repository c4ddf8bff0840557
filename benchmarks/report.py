"""The figures of a run as a page and a chart. Ratios within the run are what counts, not times."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

GOALS = {"promo": 0.90, "motion": 0.75, "vector": 0.75, "video": 0.75}
PEERS = ("rlottie + PyAV", "MoviePy")
STAGES = ("parse", "plan", "evaluate", "composite", "convert", "mux")
PACKAGES = ("velocity-render", "numpy", "numba", "av", "rlottie-python", "moviepy", "skia-python")


@dataclass(frozen=True, slots=True)
class Figure:
    """``processors``: None for all. ``values`` by name, with the unit in the name where it is not a frame rate."""

    template: str
    size: str
    processors: int | None
    what: str
    values: dict[str, float]


def write(figures: Sequence[Figure], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "benchmarks.svg").write_text(chart(figures))
    (folder / "benchmarks.md").write_text(page(figures, chart="benchmarks.svg"))


def page(figures: Sequence[Figure], chart: str | None) -> str:
    parts = [HEAD, machine()]
    if chart:
        parts.append(f"![End to end over encoding alone]({chart})")
    for title, text, table in (
        ("Rendering over encoding alone", RATIO, _ratios(figures)),
        ("Beside others", BESIDE, _peers(figures)),
        ("Stages", STAGE, _stages(figures)),
        ("Stills at 1920x1080", STILL, _plain(figures, "still")),
        ("Beginning", BEGIN, _plain(figures, "begin")),
    ):
        if table:
            parts += [f"## {title}", text, "\n".join(table)]
    return "\n\n".join(parts) + "\n"


HEAD = """# Benchmarks

Made by `make bench`; not edited by hand."""
RATIO = """Encoding alone has the same settings, segments and threads, and frames that lie ready in memory. The
processor ratio divides processor times a frame, encoding alone by end to end, and is the one to trust where others use
the machine as well; the clock ratio divides frame rates. Where there is one segment only (short runs), the clock ratio
says little: drawing and encoding then each have a thread."""
BESIDE = "At 1920x1080 on all processors, x264 veryfast, 5 Mbit/s. rlottie draws no texts."
STAGE = "Processor milliseconds a frame on one thread; of parse and plan, in all."
STILL = "Milliseconds for a warm template; the same frame by others."
BEGIN = "Of a new process: seconds, and MB of memory at most."


def machine() -> str:
    cpu = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        cpu = lines[0].partition(":")[2].strip() if lines else cpu
    today = datetime.datetime.now(datetime.UTC).date()
    load = f", load {os.getloadavg()[1]:.1f} over the last 5 minutes" if hasattr(os, "getloadavg") else ""
    packages = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{today}, {os.cpu_count()} processors ({cpu}), {system}{load}. {packages}."


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return ["| " + " | ".join(row) + " |" for row in lines] if rows else []


@dataclass(frozen=True, slots=True)
class Ratio:
    template: str
    size: str
    processors: int | None
    whole: Figure
    alone: Figure

    @property
    def clock(self) -> float:
        return self.whole.values["fps"] / self.alone.values["fps"]

    @property
    def processor(self) -> float:
        return self.alone.values["cpu_ms"] / self.whole.values["cpu_ms"]


def ratios(figures: Sequence[Figure]) -> list[Ratio]:
    alone = {(f.template, f.size, f.processors): f for f in figures if f.what == "encode"}
    found = []
    for figure in figures:
        key = (figure.template, figure.size, figure.processors)
        if figure.what == "end to end" and key in alone:
            found.append(Ratio(*key, figure, alone[key]))
    return found


def _ratios(figures: Sequence[Figure]) -> list[str]:
    alone = "encoding alone"
    head = ("", "size", "processors", "frames/s", alone, "clock ratio", "ms a frame", alone, "processor ratio", "goal")
    rows = [
        (
            r.template, r.size, "all" if r.processors is None else str(r.processors),
            f"{r.whole.values['fps']:.1f}", f"{r.alone.values['fps']:.1f}", f"{r.clock:.2f}",
            f"{r.whole.values['cpu_ms']:.1f}", f"{r.alone.values['cpu_ms']:.1f}", f"{r.processor:.2f}",
            f"{GOALS[r.template]:.2f}" if r.template in GOALS else "",
        )
        for r in ratios(figures)
    ]  # fmt: skip
    return _table(head, rows)


def _peers(figures: Sequence[Figure]) -> list[str]:
    own = {r.template: r.whole for r in ratios(figures) if r.size == "1080p" and r.processors is None}
    rows = []
    for figure in figures:
        mine = own.get(figure.template)
        if figure.what in PEERS and mine is not None:
            one, other = mine.values["fps"], figure.values["fps"]
            less = figure.values["cpu_ms"] / mine.values["cpu_ms"]
            cells = [f"{value:.1f}" for value in (one, other, one / other, less)]
            rows.append((figure.template, figure.what, *cells))
    return _table(("", "peer", "Velocity, frames/s", "peer, frames/s", "times as fast", "by processor time"), rows)


def _stages(figures: Sequence[Figure]) -> list[str]:
    rows = []
    for figure in figures:
        if figure.what == "stages":
            rows.append((figure.template, figure.size, *_cells(figure, [f"{stage} ms" for stage in STAGES])))
    return _table(("", "size", *STAGES), rows)


def _plain(figures: Sequence[Figure], what: str) -> list[str]:
    mine = [figure for figure in figures if figure.what.split(":")[0] == what]
    names = sorted({name for figure in mine for name in figure.values})
    rows = [(f"{f.template} {f.what.partition(':')[2]}".strip(), *_cells(f, names)) for f in mine]
    return _table(("", *names), rows)


def _cells(figure: Figure, names: Sequence[str]) -> list[str]:
    return [f"{figure.values[name]:.2f}" if name in figure.values else "" for name in names]


def chart(figures: Sequence[Figure]) -> str:
    """Bars of the processor ratios, and a mark at each goal, as SVG."""
    found = ratios(figures)
    left, width, bar = 190, 420, 18
    height = 30 + len(found) * (bar + 8)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 60} {height}"',
        ' font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for index, ratio in enumerate(found):
        y = 10 + index * (bar + 8)
        where = "all processors" if ratio.processors is None else f"{ratio.processors} processor"
        label = f"{ratio.template} {ratio.size}, {where}"
        long = min(ratio.processor, 1.0) * width
        lines.append(f'<text x="{left - 8}" y="{y + 13}" text-anchor="end">{label}</text>')
        lines.append(f'<rect x="{left}" y="{y}" width="{long:.1f}" height="{bar}" fill="#3b7dd8"/>')
        lines.append(f'<text x="{left + long + 6:.1f}" y="{y + 13}">{ratio.processor:.2f}</text>')
        goal = GOALS.get(ratio.template)
        if goal:
            x = left + goal * width
            lines.append(f'<path d="M{x:.1f} {y - 2}v{bar + 4}" stroke="#c0392b" stroke-width="2"/>')
    legend = "processor time of encoding alone over end to end; red: the goal"
    lines.append(f'<text x="{left}" y="{height - 4}">{legend}</text>')
    return "\n".join([*lines, "</svg>", ""])
