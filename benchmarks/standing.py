"""Where the product stands: the whole render over the yardstick, as a table, a chart, and the history of releases."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from benchmarks.figures import PEERS, Figure, table

HISTORY = Path(__file__).resolve().parent / "history.json"
RENDER, ALONE = "yardstick:render", "yardstick:alone"
GOALS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "720p": {"promo": 1.5, "motion": 1.0, "vector": 1.0, "video": 1.0},
        "1080p": {"promo": 1.8, "motion": 1.1, "vector": 1.1, "video": 1.1},
    }
)
MOST_BITS = 1.03
BAR, GAP, LEFT, WIDTH = 18, 8, 120, 420
BLUE, RED, GREY = "#3b7dd8", "#c0392b", "#b8c4d0"
TEXT = """The yardstick is one x264 encode through PyAV (`veryfast`, a cap of 5 Mbit/s, its own threads) of all frames
that lie ready in memory, at the constant rate factor that gives the luma PSNR of the render within 0.1 dB
(`benchmarks/yardstick.py`), or comes closest where the cap lets none give it: then the yardstick's PSNR is the lower
one. The ratio divides its time by that of the whole render (default preset, `--bitrate 5M`), the best of three runs of
each that took turns: above 1 the render, with opening, drawing and muxing, is faster than the encoder alone. Bits
divides sizes, and may be 1.03 at most."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One template at one size: what the render and the yardstick took, and the best peer's frame rate."""

    template: str
    size: str
    render: Figure
    alone: Figure
    peer: Figure | None

    @property
    def clock(self) -> float:
        return self.render.values["fps"] / self.alone.values["fps"]

    @property
    def processor(self) -> float:
        return self.alone.values["cpu_ms"] / self.render.values["cpu_ms"]

    @property
    def bits(self) -> float:
        return self.render.values["kilobytes"] / self.alone.values["kilobytes"]

    @property
    def goal(self) -> float | None:
        """At 2160p what is reached at 1080p, which this run alone knows: None."""
        return GOALS.get(self.size, {}).get(self.template)


def standings(figures: Sequence[Figure]) -> list[Standing]:
    alone = {(one.template, one.size): one for one in figures if one.what == ALONE}
    peers: dict[tuple[str, str], Figure] = {}
    for one in figures:
        key = one.template, one.size
        if one.what in PEERS and (key not in peers or one.values["fps"] > peers[key].values["fps"]):
            peers[key] = one
    return [
        Standing(one.template, one.size, one, alone[key], peers.get(key))
        for one in figures
        if one.what == RENDER and (key := (one.template, one.size)) in alone
    ]


def rows(figures: Sequence[Figure]) -> list[str]:
    cells = []
    for one in standings(figures):
        mine, other = one.render.values, one.alone.values
        goal = f"{one.goal:.1f}" if one.goal else ""
        peer = f"{mine['fps'] / one.peer.values['fps']:.1f} ({one.peer.what})" if one.peer else ""
        cells.append((
            one.template, one.size, f"{mine['held']:.0%}", f"**{one.clock:.2f}**", goal,
            f"{one.processor:.2f}", f"{one.bits:.2f}", f"{mine['psnr']:.1f}, {other['psnr']:.1f}",
            f"{mine['ssim']:.4f}, {other['ssim']:.4f}",
            f"{mine['fps']:.0f}, {other['fps']:.0f}", peer,
        ))  # fmt: skip
    head = (
        "", "size", "held", "clock ratio", "goal", "processor ratio", "bits", "PSNR, yardstick's", "SSIM, yardstick's",
        "frames/s, yardstick's", "times as fast as the best peer",
    )  # fmt: skip
    return table(head, cells)


def kept(figures: Sequence[Figure], history: Path = HISTORY) -> dict[str, dict[str, float | str]]:
    """The history with this run as the figures of the present version, which it also writes."""
    stored: dict[str, dict[str, float | str]] = json.loads(history.read_text()) if history.exists() else {}
    found = standings(figures)
    if found:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        ratios = {f"{one.template} {one.size}": round(one.clock, 2) for one in found}
        stored[version("velocity-render")] = {"date": today, **ratios}
        history.write_text(json.dumps(stored, indent=2) + "\n")
    return stored


def history_rows(history: Mapping[str, Mapping[str, float | str]]) -> list[str]:
    """A row for each release, a column for each template at 1080p and 720p."""
    names = [f"{template} {size}" for size in ("1080p", "720p") for template in GOALS[size]]
    cells = [
        (release, str(one["date"]), *(f"{one[name]:.2f}" if name in one else "" for name in names))
        for release, one in history.items()
    ]
    return table(("release", "date", *names), cells)


def chart(figures: Sequence[Figure]) -> str:
    """A bar for each template and size, a line where the encoder alone would be, and a mark at each goal, as SVG."""
    found = standings(figures)
    most = max([2.0, *(one.clock for one in found)])
    height = 46 + len(found) * (BAR + GAP)
    one_at = LEFT + WIDTH / most
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 60} {height}"',
        ' font-family="sans-serif" font-size="12" role="img">',
        "<title>How many times as fast a whole render is as x264 alone</title>",
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{one_at:.1f}" y="14" text-anchor="middle" fill="#555">x264 alone</text>',
        f'<path d="M{one_at:.1f} 18V{height - 22}" stroke="{GREY}" stroke-dasharray="4 3"/>',
    ]
    for index, one in enumerate(found):
        y = 22 + index * (BAR + GAP)
        long = one.clock * WIDTH / most
        lines.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{one.template} {one.size}</text>')
        lines.append(f'<rect x="{LEFT}" y="{y}" width="{long:.1f}" height="{BAR}" fill="{BLUE}"/>')
        lines.append(f'<text x="{LEFT + WIDTH + 12}" y="{y + 13}">{one.clock:.2f}</text>')
        if one.goal:
            x = LEFT + one.goal * WIDTH / most
            lines.append(f'<path d="M{x:.1f} {y - 2}v{BAR + 4}" stroke="{RED}" stroke-width="2"/>')
    legend = "whole render over x264 alone, by the clock, at the same quality; red: the goal"
    lines.append(f'<text x="{LEFT}" y="{height - 6}" fill="#555">{legend}</text>')
    return "\n".join([*lines, "</svg>", ""])
