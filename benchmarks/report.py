"""The figures of a run as a page and a chart. Ratios within the run are what counts, not times."""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType

from benchmarks import standing
from benchmarks.figures import PEERS, Figure, table
from benchmarks.templates import FOLDER_VARIABLE
from velocity_engine.builtin.codecs import av1, h264, h265

GOALS = {"promo": 0.90, "motion": 0.75, "vector": 0.75, "video": 0.75}
DEFAULTS = {"h264": str(h264.DEFAULT_PRESET), "h265": str(h265.DEFAULT_PRESET), "av1": str(av1.DEFAULT_PRESET)}
REST_GOAL = 1.10  # of the time by command
STAGES = ("parse", "plan", "evaluate", "composite", "convert", "encode", "mux")
PACKAGES = ("velocity-render", "numpy", "numba", "av", "rlottie-python", "thorvg-python", "moviepy", "skia-python")


def write(figures: Sequence[Figure], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "yardstick.svg").write_text(standing.chart(figures))
    (folder / "benchmarks.md").write_text(page(figures, chart="yardstick.svg", history=standing.kept(figures)))


def page(figures: Sequence[Figure], chart: str | None, history: Mapping[str, Mapping[str, float | str]]) -> str:
    parts = [HEAD, machine()]
    if chart:
        parts.append(f"![How many times as fast a whole render is as x264 alone]({chart})")
    for title, text, lines in (
        ("Rendering over x264 alone at the same quality", standing.TEXT, standing.rows(figures)),
        ("Releases", HISTORY, standing.history_rows(history)),
        ("Rendering over encoding alone", RATIO, _ratios(figures)),
        ("Beside one encoder with its own threads", ALONE, _one_encoder(figures)),
        ("Beside others", BESIDE, _peers(figures)),
        ("Stages", STAGE, _stages(figures)),
        ("Presets", PRESET, _presets(figures)),
        ("Quality of the whole way", QUALITY, _quality(figures)),
        ("Stills at 1920x1080", STILL, _plain(figures, "still")),
        ("Beginning and memory", BEGIN, _plain(figures, "begin")),
        ("By REST and by command", REST, _service(figures)),
        ("Previews by REST", PREVIEW, _plain(figures, "preview")),
    ):
        if lines:
            parts += [f"## {title}", text, "\n".join(lines)]
    return "\n\n".join(parts) + "\n"


HEAD = """# Benchmarks

Made by `make bench`; not edited by hand."""
HISTORY = "The clock ratio of the table above, as each release had it on the machine of its day."
RATIO = """Encoding alone has the same settings, segments and threads, and frames that lie ready in memory. The
processor ratio divides processor times a frame, encoding alone by end to end, and is the one to trust where others use
the machine as well; the clock ratio divides frame rates. Where there is one segment only (short runs), the clock ratio
says little: drawing and encoding then each have a thread."""
BESIDE = "At 1920x1080 on all processors, x264 veryfast, 5 Mbit/s. rlottie and thorvg draw no texts here."
ALONE = """What most would measure as the encoder alone: x264 through PyAV with threads as it likes, one encoder for all
frames, which lie ready in memory; the same frames and settings."""
STAGE = """On one processor: milliseconds of the processor. On all: by the clock, while the stages share the
processors. Of parse and plan, in all; of the first frame, while nothing of the plan has been drawn yet."""
PRESET = """Of encoding alone, on one thread, 1920x1080, without a bitrate (constant quality). Milliseconds of the
processor a frame."""
QUALITY = """PSNR in decibels, over all planes, of 300 decoded frames at 640x360 against the frames that were drawn: of
the render, in two segments, and in brackets by how much it exceeds that of one encoder for all frames with the same
settings."""
STILL = "Milliseconds for a warm template; the same frame by others."
BEGIN = "Of a new process, which a render has one of: seconds, and MB of memory at most."
REST = """Of the same render, at 1920x1080 and 5 Mbit/s: seconds from the command to its end, from the request until a
client hears that the render is completed, and of the latter what the service tells as the render's time."""
PREVIEW = """Of a warm preview, 640 pixels wide, as a PNG: milliseconds from the request until the picture is there, at
the median, for another text each time (typing), for a frame a little later (scrubbing), and for one that is anywhere
(jumping); and what all processes of the service took of the processors for one."""


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
    return f"{today}, {os.cpu_count()} processors ({cpu}), {system}{load}. {packages}. {templates()}"


def templates() -> str:
    if os.environ.get(FOLDER_VARIABLE):
        return f"Templates of a folder that `{FOLDER_VARIABLE}` named."
    return "Templates as `benchmarks/templates.py` makes them."


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


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
    return table(head, rows)


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
    return table(("", "peer", "Velocity, frames/s", "peer, frames/s", "times as fast", "by processor time"), rows)


def _one_encoder(figures: Sequence[Figure]) -> list[str]:
    alone = {(f.template, f.size, f.processors): f for f in figures if f.what == "one encoder"}
    rows = []
    for ratio in ratios(figures):
        one = alone.get((ratio.template, ratio.size, ratio.processors))
        if one is not None:
            whole = ratio.whole.values
            clock, processor = whole["fps"] / one.values["fps"], one.values["cpu_ms"] / whole["cpu_ms"]
            cells = [f"{value:.1f}" for value in (whole["fps"], one.values["fps"])]
            where = "all" if ratio.processors is None else str(ratio.processors)
            rows.append((ratio.template, ratio.size, where, *cells, f"{clock:.2f}", f"{processor:.2f}"))
    head = ("", "size", "processors", "frames/s", "x264 alone, frames/s", "clock ratio", "processor ratio")
    return table(head, rows)


def _stages(figures: Sequence[Figure]) -> list[str]:
    rows = []
    for figure in figures:
        kind, _, of = figure.what.partition(":")
        if kind == "stages":
            where = "all" if figure.processors is None else str(figure.processors)
            cells = _cells(figure, [f"{stage} ms" for stage in STAGES])
            rows.append((figure.template, figure.size, where, of, *cells))
    return table(("", "size", "processors", "of", *STAGES), rows)


def _presets(figures: Sequence[Figure]) -> list[str]:
    """A row a codec and preset, with the figures of each template, then whether each is faster than the one before."""
    found = _by_preset(figures, "preset")
    templates = sorted({template for templates in found.values() for template in templates})
    rows = []
    before: tuple[str, dict[str, Figure]] = ("", {})
    for (codec, preset), mine in found.items():
        cells = [
            cell
            for template in templates
            for cell in _cells(mine[template], ("cpu_ms", "kbit_s", "psnr"), {"kbit_s": 0})
        ]
        slower = [t for t in templates if before[0] == codec and _cost(mine[t]) > _cost(before[1][t])]
        usual = " (default)" if preset == DEFAULTS.get(codec) else ""
        rows.append((codec, preset + usual, *cells, f"no: {', '.join(slower)}" if slower else "yes"))
        before = codec, mine
    head = [f"{template} {what}" for template in templates for what in ("ms", "kbit/s", "dB")]
    return table(("", "preset", *head, "faster than the one before"), rows)


def _cost(figure: Figure) -> float:
    return figure.values["cpu_ms"]


def _quality(figures: Sequence[Figure]) -> list[str]:
    found = _by_preset(figures, "quality")
    templates = sorted({template for templates in found.values() for template in templates})
    rows = []
    for (codec, preset), mine in found.items():
        cells = []
        for template in templates:
            values = mine[template].values
            cells.append(f"{values['psnr']:.2f} ({values['psnr'] - values['plain']:+.2f})")
        rows.append((codec, preset, *cells))
    return table(("", "preset", *(f"{template} (against one encoder)" for template in templates)), rows)


def _by_preset(figures: Sequence[Figure], kind: str) -> dict[tuple[str, str], dict[str, Figure]]:
    """By (codec, preset), in the order of codecs in the run, and then by template."""
    found: dict[tuple[str, str], dict[str, Figure]] = {}
    for figure in figures:
        name, _, of = figure.what.partition(":")
        if name == kind:
            codec, _, preset = of.partition(" ")
            found.setdefault((codec, preset), {})[figure.template] = figure
    return found


def _plain(figures: Sequence[Figure], what: str) -> list[str]:
    mine = [figure for figure in figures if figure.what.split(":")[0] == what]
    names = sorted({name for figure in mine for name in figure.values})
    rows = [(f"{f.template} {f.what.partition(':')[2]}".strip(), *_cells(f, names)) for f in mine]
    return table(("", *names), rows)


def _service(figures: Sequence[Figure]) -> list[str]:
    rows = []
    for figure in figures:
        kind, _, count = figure.what.partition(":")
        if kind == "service":
            ratio = figure.values["rest"] / figure.values["command"]
            cells = _cells(figure, ("command", "rest", "told"))
            rows.append((figure.template, count, *cells, f"{ratio:.2f}", f"{REST_GOAL:.2f}"))
    head = ("", "frames", "by command", "by REST", "as the service tells", "REST over command", "goal, at most")
    return table(head, rows)


def _cells(figure: Figure, names: Sequence[str], decimals: Mapping[str, int] = MappingProxyType({})) -> list[str]:
    return [f"{figure.values[n]:.{decimals.get(n, 2)}f}" if n in figure.values else "" for n in names]
