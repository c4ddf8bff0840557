"""What a campaign costs: a template of 30 seconds with an end card of 3, rendered for one name after the other.

    python -m benchmarks.campaign --rows 20

Each row is rendered alone and with a cache, in turns, so that both see the same machine. The first row with a cache
finds nothing, the others find all but the end card; at the end, the last row is rendered once more, which is a copy.
Then, as often, a render with an empty cache beside one without a cache: what looking and keeping costs.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import velocity_engine as ve
from benchmarks import templates
from examples.authoring import document, fill, group, layer, moving, rectangle, shape, text, transform, write_package

ROUNDS, CARD_FRAMES = 3, 90
FRAMES = ROUNDS * templates.FRAMES


def end_card_package(path: Path, name: str) -> Path:
    """A benchmark's template, three times in a row, under an end card of three seconds with the layer "Name"."""
    content, files = {"promo": templates.promo, "motion": templates.motion, "vector": templates.vector}[name]()
    start = FRAMES - CARD_FRAMES
    shown = {"ip": start, "op": FRAMES}
    rise = moving((start, (960, 620)), (start + 20, (960, 560)))
    layers = [
        text("Name", "Somebody", transform(rise), 120, justify=2) | shown,
        shape("Card", transform((960, 540)), group(rectangle(1920, 1080), fill((0.1, 0.1, 0.3)))) | shown,
    ]
    for first in range(0, FRAMES, templates.FRAMES):
        place = {"ip": first, "op": first + templates.FRAMES, "st": first, "w": 1920, "h": 1080}
        layers.append(layer(0, f"Round from {first}", transform((0, 0)), refId="round") | place)
    assets = [*content["assets"], {"id": "round", "layers": content["layers"]}]
    write_package(path, document(name, templates.SIZE, FRAMES, layers, assets=assets), files)
    return path


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock and of all processors, and what was rendered in them."""

    clock: float
    processors: float
    result: ve.RenderResult


def spent(package: Path, output: Path, name: str, **more: Any) -> Spent:
    """The template is opened anew, as a worker does for each order."""
    started, worked = time.perf_counter(), time.process_time()
    with ve.open_template(package) as opened:
        result = ve.render(opened, output, customizations=[{"layer": "Name", "text": name}], **more)
    return Spent(time.perf_counter() - started, time.process_time() - worked, result)


def measure(folder: Path, name: str, rows: int, encoder: ve.EncoderConfig) -> None:
    template, cache = end_card_package(folder / f"{name}.zip", name), folder / f"cache-{name}"
    spent(template, folder / "warm.mp4", "Warm", encoder=encoder, cache=folder / "warm")
    alone: list[float] = []
    reusing: list[float] = []
    for row in range(rows):
        who = f"Customer {row}"
        alone.append(spent(template, folder / "alone.mp4", who, encoder=encoder).clock)
        row_spent = spent(template, folder / "reused.mp4", who, encoder=encoder, cache=cache)
        reusing.append(row_spent.clock)
        if (folder / "alone.mp4").read_bytes() != (folder / "reused.mp4").read_bytes():
            raise SystemExit(f"row {row} of {name} has other bytes with a cache than without one")
    again = spent(template, folder / "again.mp4", f"Customer {rows - 1}", encoder=encoder, cache=cache)
    one, other, result = median(alone), median(reusing[1:]), row_spent.result
    segments = [(segment.first, segment.last) for segment in result.segments]
    print(f"{name}: segments {segments}, {result.reused_frames} of {result.frames} frames reused")
    print(f"  a row alone {one:6.2f} s   with a cache {other:6.2f} s ({other / one:.1%})   again {again.clock:.3f} s")
    print(f"  {rows} rows {sum(alone):6.1f} s   with a cache {sum(reusing):6.1f} s ({sum(reusing) / sum(alone):.1%})")
    thousand = (reusing[0] + 999 * other) / (1000 * one)
    print(f"  so 1,000 rows would take {thousand:.1%} of 1,000 single renders", flush=True)


def overhead(folder: Path, name: str, rounds: int, encoder: ve.EncoderConfig) -> None:
    template = folder / f"{name}.zip"
    pairs: list[tuple[Spent, Spent]] = []
    for turn in range(rounds):
        plain = spent(template, folder / "plain.mp4", "Nobody", encoder=encoder)
        pairs.append((spent(template, folder / "e.mp4", "Nobody", encoder=encoder, cache=folder / f"e{turn}"), plain))
        shutil.rmtree(folder / f"e{turn}")
    clock = sorted(one.clock / other.clock for one, other in pairs)
    processors = sorted(one.processors / other.processors for one, other in pairs)
    print(f"  an empty cache: by the clock {_spread(clock)}, of all processors {_spread(processors)}", flush=True)


def _spread(ratios: Sequence[float]) -> str:
    return f"{median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f})"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--templates", nargs="*", default=["promo", "motion", "vector"])
    parser.add_argument("--height", type=int, default=1080)
    options = parser.parse_args(arguments)
    size = (options.height * 16 // 9, options.height)
    with tempfile.TemporaryDirectory() as name:
        for template in options.templates:
            encoder = ve.EncoderConfig(bitrate="5M", resolution=size)
            measure(Path(name), template, options.rows, encoder)
            overhead(Path(name), template, options.rows, encoder)


if __name__ == "__main__":
    main()
