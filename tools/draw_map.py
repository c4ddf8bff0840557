#!/usr/bin/env python3
"""Draw docs/architecture.svg from the imports as they are: the folders of the engine and of the service, by layer.

Usage: draw_map.py [-o docs/architecture.svg] [--check]     --check: fail where the file is not as it would be drawn

The rows are the layers of the contracts in pyproject.toml. An arrow says that a folder imports another; arrows that
follow from others are left out.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import grimp

ROOT = Path(__file__).resolve().parent.parent
ROW, BOX, GAP, MARGIN, TITLE = 62, 118, 14, 24, 34
STAGES = ("package", "parse", "customize", "plan", "evaluate", "composite", "encode", "mux")
Rows = list[list[str]]
Arrow = tuple[str, str]


def layers_of(package: str) -> Rows:
    """The layers of the contract whose container is ``package``, from the topmost, each with its folders."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers" and package in one["containers"])
    return [[name.strip(" ()") for name in layer.replace(":", "|").split("|")] for layer in layers]


def arrows_of(package: str, rooms: Iterable[str]) -> set[Arrow]:
    """Which room imports which, without the arrows that follow from others."""
    graph = grimp.build_graph(package, cache_dir=None)  # a cache may tell of imports that are gone
    known = set(rooms)

    def room(module: str) -> str:
        return module.split(".")[1] if "." in module else ""

    direct: dict[str, set[str]] = {name: set() for name in known}
    for module in graph.modules:
        for target in graph.find_modules_directly_imported_by(module):
            one, other = room(module), room(target)
            if one in known and other in known and one != other:
                direct[one].add(other)
    return {(one, other) for one, targets in direct.items() for other in targets if not _follows(one, other, direct)}


def _follows(one: str, other: str, direct: dict[str, set[str]]) -> bool:
    """Whether ``other`` is reached from ``one`` over a third room."""
    seen, waiting = {one}, [room for room in direct[one] if room != other]
    while waiting:
        at = waiting.pop()
        if at == other:
            return True
        if at not in seen:
            seen.add(at)
            waiting += direct[at]
    return False


def drawn(title: str, rows: Rows, arrows: set[Arrow], left: int) -> tuple[list[str], int, int]:
    """SVG elements of one package, its width and its height."""
    width = max(len(row) for row in rows) * (BOX + GAP) - GAP
    places: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(rows):
        start = left + (width - len(row) * (BOX + GAP) + GAP) / 2
        for column, name in enumerate(row):
            places[name] = (start + column * (BOX + GAP), MARGIN + TITLE + number * ROW)
    parts = [f'<text class="title" x="{left + width / 2:.0f}" y="{MARGIN + 12}">{escape(title)}</text>']
    parts += [_arrow(places[one], places[other]) for one, other in sorted(arrows)]
    parts += [_box(name, *places[name]) for row in rows for name in row]
    return parts, width, MARGIN + TITLE + len(rows) * ROW


def _box(name: str, x: float, y: float) -> str:
    kind = "stage" if name in STAGES else "room"
    middle = x + BOX / 2
    return (
        f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{BOX}" height="30" rx="6"/>'
        f'<text x="{middle:.0f}" y="{y + 20:.0f}">{escape(name)}</text>'
    )


def _arrow(one: tuple[float, float], other: tuple[float, float]) -> str:
    x0, y0, x1, y1 = one[0] + BOX / 2, one[1] + 30, other[0] + BOX / 2, other[1] - 3
    bend = max(20.0, (y1 - y0) / 2)
    return f'<path d="M{x0:.0f} {y0:.0f}C{x0:.0f} {y0 + bend:.0f} {x1:.0f} {y1 - bend:.0f} {x1:.0f} {y1:.0f}"/>'


STYLE = """
text { font: 13px sans-serif; text-anchor: middle; fill: #1d2433 }
.title { font-size: 16px; font-weight: 600 }
rect { stroke: #44506a; fill: #eef1f7 } .stage { fill: #ffd9a8 }
path { fill: none; stroke: #7a869c; stroke-opacity: .55; marker-end: url(#tip) }
"""
TIP = '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'


def picture() -> str:
    """The whole SVG document."""
    parts: list[str] = []
    left, height = MARGIN, 0
    for package in ("velocity_engine", "velocity_web"):
        rows = layers_of(package)
        arrows = arrows_of(package, [name for row in rows for name in row])
        elements, width, tall = drawn(package, rows, arrows, left)
        parts, left, height = parts + elements, left + width + 2 * MARGIN, max(height, tall)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{left}" height="{height}" viewBox="0 0 {left} {height}">',
            f"<style>{STYLE}</style>",
            f'<defs>{TIP}<path d="M0 0L8 4L0 8z" style="fill:#7a869c;stroke:none"/></marker></defs>',
            f'<rect width="{left}" height="{height}" style="fill:#fff;stroke:none"/>',
            *parts,
            "</svg>\n",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "docs" / "architecture.svg")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    svg = picture()
    if options.check:
        same = options.output.is_file() and options.output.read_text("utf-8") == svg
        print("as drawn" if same else "not as it would be drawn: make map")
        return 0 if same else 1
    options.output.write_text(svg, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
