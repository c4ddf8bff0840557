"""The yardstick of speed: how long x264 alone needs for the same frames at the same quality.

One x264 encode through PyAV (``veryfast``, a cap of 5 Mbit/s over a buffer of one second, as many threads as it likes)
of all frames, which lie ready in memory, at the constant rate factor that gives the luma PSNR of the render (within
0.1 dB). It is the same whatever our own settings become: what it encodes and how is fixed here.

    python -m benchmarks.yardstick --size 1080p --rounds 3

prints its time over that of the whole render, by the clock and by processor time, with the size and the SSIM of both.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

import velocity_engine as ve
from benchmarks import measures, quality
from benchmarks.templates import NAMES, template_path

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "2160p": (3840, 2160)}
CAP_BITS = 5_000_000
CLOSE_DB = 0.1  # so near must both qualities be
FIRST_FACTOR, STEEPNESS = 21.0, -0.6  # where the search begins, and how many decibels a step of the factor is there
MOST_STEPS = 8
FACTORS = (0.0, 51.0)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A video, how long it took, and how near it is to what was drawn."""

    taken: measures.Taken
    size: int
    psnr: float
    ssim: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """``factor``: the constant rate factor of the yardstick."""

    template: str
    size: str
    frames: int
    held: int
    factor: float
    render: Encoded
    alone: Encoded

    @property
    def clock(self) -> float:
        """The yardstick's time over that of the render: above 1 the render is the faster."""
        return self.alone.taken.wall / self.render.taken.wall

    @property
    def processor(self) -> float:
        return self.alone.taken.cpu / self.render.taken.cpu

    @property
    def bits(self) -> float:
        """The render's size over that of the yardstick."""
        return self.render.size / self.alone.size


def job(template: ve.Template, size: tuple[int, int], most: int) -> measures.Job:
    """A render with the default preset and ``--bitrate 5M``, at each size."""
    encoder = ve.EncoderConfig(bitrate=ve.BytesPerSecond(CAP_BITS // 8), resolution=size)
    rate = Fraction(template.frame_rate).limit_denominator(1001)
    return measures.Job(template, encoder, size, min(template.frame_count, most), rate)


def encode(frames: Sequence[av.VideoFrame], rate: Fraction, factor: float, output: Path) -> None:
    """The yardstick: one encoder, all frames."""
    options = {"preset": "veryfast", "crf": f"{factor:.3f}", "maxrate": str(CAP_BITS), "bufsize": str(CAP_BITS)}
    with av.open(str(output), "w") as file:
        track = file.add_stream("libx264", rate=rate, options=options)
        track.width, track.height, track.pix_fmt = frames[0].width, frames[0].height, "yuv420p"
        track.codec_context.thread_count = 0
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, 1 / rate
            file.mux(track.encode(frame))
        file.mux(track.encode(None))


def factor_for(frames: Sequence[av.VideoFrame], rate: Fraction, psnr: float, folder: Path) -> float:
    """The rate factor whose luma PSNR lies within 0.1 dB of ``psnr``. Where the cap binds before, none does: then the
    one that comes closest, and the table shows by how much the yardstick is worse.
    """
    output = folder / "search.mp4"
    factor, steepness = FIRST_FACTOR, STEEPNESS
    encode(frames, rate, factor, output)
    found = quality.luma_psnr(output, frames)
    closest = (abs(found - psnr), factor)
    for _ in range(MOST_STEPS):
        if closest[0] <= CLOSE_DB * 0.8:
            break
        last, reached = factor, found
        factor = min(FACTORS[1], max(FACTORS[0], last + (psnr - reached) / steepness))
        encode(frames, rate, factor, output)
        found = quality.luma_psnr(output, frames)
        closest = min(closest, (abs(found - psnr), factor))
        if abs(factor - last) > 1e-3:
            steepness = min(-0.05, (found - reached) / (factor - last))
    return closest[1]


def compare(template: ve.Template, size: str, most: int, rounds: int) -> Comparison:
    """Both in turn, so that what else the machine does falls on both; the least time of each counts."""
    work = job(template, SIZES[size], most)
    frames = measures.frames_in_memory(work)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rendered, encoded = folder / "render.mp4", folder / "alone.mp4"
        result = measures.end_to_end(work, rendered)
        render_quality = quality.luma(rendered, frames)
        factor = factor_for(frames, work.rate, render_quality.psnr, folder)
        renders, encodes = [], []
        for _ in range(rounds):
            encodes.append(measures.taken(lambda: encode(frames, work.rate, factor, encoded)))
            renders.append(measures.taken(lambda: measures.end_to_end(work, rendered)))
        alone_quality = quality.luma(encoded, frames)
        render = Encoded(_least(renders), rendered.stat().st_size, *render_quality)
        alone = Encoded(_least(encodes), encoded.stat().st_size, *alone_quality)
    return Comparison(template.name, size, work.count, result.held_frames, factor, render, alone)


def _least(times: Sequence[measures.Taken]) -> measures.Taken:
    return measures.Taken(min(one.wall for one in times), min(one.cpu for one in times))


HEAD = (
    f"{'':8} {'size':>6} {'held':>5} {'clock':>6} {'cpu':>6} {'bits':>6} "
    f"{'render':>18} {'PSNR':>6} {'SSIM':>7} {'x264 alone':>18} {'PSNR':>6} {'SSIM':>7} {'crf':>6}"
)


def row(found: Comparison) -> str:
    cells = [f"{found.template:8} {found.size:>6} {found.held / found.frames:5.0%}"]
    cells.append(f"{found.clock:6.2f} {found.processor:6.2f} {found.bits:6.2f}")
    for one in (found.render, found.alone):
        cells.append(
            f"{found.frames / one.taken.wall:6.1f}/s {one.size / 1000:6.0f} kB {one.psnr:6.2f} {one.ssim:7.4f}"
        )
    return " ".join([*cells, f"{found.factor:6.2f}"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.yardstick", description=__doc__)
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--template", choices=NAMES, action="append")
    parser.add_argument("--frames", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    print(HEAD)
    for size in chosen.size or ("1080p", "720p"):
        for name in chosen.template or NAMES:
            with ve.open_template(template_path(name)) as template:
                ve.render_still(template, frame=template.first_frame, size=(64, 36))
                print(row(compare(template, size, chosen.frames, chosen.rounds)), flush=True)


if __name__ == "__main__":
    main()
