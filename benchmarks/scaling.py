"""How a render scales: ``python -m benchmarks.scaling overhead`` measures what a dask scheduler and the way to a worker
cost beside ``local``, ``... lock`` how much of the time the interpreter's lock is held and what processes give, and
``... draw`` draws docs/scaling.svg. What is measured goes to ``scaling.json``, from which the chart is drawn.

Processor seconds are compared, over all processes that take part, since others use the machine too; runs take turns.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import velocity_engine as ve
from benchmarks import scaling_model
from benchmarks.scaling_model import Inputs
from benchmarks.templates import NAMES, RATE, SIZE, template_path
from velocity_engine.plugin_types import EncodedSegment, RenderWatch, Segment

STORED = Path(__file__).resolve().parent / "scaling.json"
CHART = Path(__file__).resolve().parent.parent / "docs" / "scaling.svg"
IDLE_SECONDS = 20.0
TICKS = os.sysconf("SC_CLK_TCK")
COLORS = ("#1f6feb", "#8250df", "#1a7f37", "#bf8700")


@dataclass(frozen=True, slots=True)
class Cluster:
    address: str
    scheduler: int
    worker: int


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A scheduler and a worker of one thread, on 127.0.0.1."""
    said = folder / "scheduler.json"
    quiet = ["--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    log = (folder / "cluster.log").open("ab")

    def started(*arguments: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "VELOCITY_CACHE": str(folder / "cache")}
        command = [sys.executable, "-m", "dask", *arguments, *quiet]
        return subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=folder)

    scheduler = started("scheduler", "--port", "0", "--no-show", "--scheduler-file", str(said))
    try:
        while not (said.exists() and said.read_text()):
            time.sleep(0.1)
        worker = started(
            "worker", "--scheduler-file", str(said), "--nthreads", "1", "--no-nanny", "--death-timeout", "60"
        )
        try:
            yield Cluster(json.loads(said.read_text())["address"], scheduler.pid, worker.pid)
        finally:
            worker.kill()
            worker.wait()
    finally:
        scheduler.kill()
        scheduler.wait()
        log.close()


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Noted:
    """An executor that notes what each segment took and how large it is."""

    key = "noted"

    def __init__(self, name: str) -> None:
        self._executor = ve.plugins.executor(name)
        self.segments: list[tuple[float, float]] = []

    def run(self, order: ve.RenderOrder, segments: Sequence[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
        for result in self._executor.run(order, segments, watch):
            size = sum(len(packet.data) + len(packet.alpha) for packet in result.packets)
            self.segments.append((sum(result.seconds_by_stage.values()), float(size)))
            yield result


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds by the clock, and of processors by who took them."""

    wall: float
    here: float
    scheduler: float = 0.0
    worker: float = 0.0
    segments: tuple[tuple[float, float], ...] = ()

    @property
    def cpu(self) -> float:
        return self.here + self.scheduler + self.worker


def run(order: ve.RenderOrder, name: str, used: Cluster | None = None) -> Run:
    executor, pids = Noted(name), [used.scheduler, used.worker] if used else []
    before, wall, here = [processor_seconds(pid) for pid in pids], time.perf_counter(), time.process_time()
    ve.render_order(order, executor=executor)
    wall, here = time.perf_counter() - wall, time.process_time() - here
    there = [processor_seconds(pid) - start for pid, start in zip(pids, before, strict=True)] or [0.0, 0.0]
    return Run(wall, here, there[0], there[1], tuple(executor.segments))


def orders(name: str, seconds: float, folder: Path) -> tuple[ve.RenderOrder, ve.RenderOrder]:
    """A video of so many seconds at 1080p, and one of its first frame. A template of 10 s is played more slowly."""
    encoder = ve.EncoderConfig(bitrate=ve.BytesPerSecond(625_000), fps_num=RATE, resolution=SIZE)
    with ve.open_template(template_path(name)) as template:
        long = ve.order_for(slowed(template, seconds, folder), folder / "long.mp4", encoder=encoder)
        return long, ve.order_for(slowed(template, seconds, folder), folder / "one.mp4", encoder=encoder, frames=(0, 1))


def slowed(template: ve.Template, seconds: float, folder: Path) -> ve.Template:
    """The same with fewer frames a second, so that it takes ``seconds``."""
    import zipfile

    path = folder / Path(template.location).name
    if not path.exists():
        with zipfile.ZipFile(template.location) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for entry in source.infolist():
                data = source.read(entry)
                if entry.filename.endswith("data.json"):
                    document = json.loads(data)
                    document["fr"] *= template.frame_count / template.frame_rate / seconds
                    data = json.dumps(document).encode()
                target.writestr(entry, data)
    return ve.open_template(path)


def overhead(name: str, seconds: float, rounds: int) -> dict[str, Any]:
    """Interleaved runs of ``local`` and of dask with one worker of one thread, and the inputs of the model."""
    with tempfile.TemporaryDirectory() as base, cluster(Path(base)) as used:
        long, one = orders(name, seconds, Path(base))
        dask = f"dask://{used.address.removeprefix('tcp://')}"
        first = run(one, dask, used)  # the worker imports the engine, and gets the template
        fixed = [run(one, dask, used) for _ in range(3)]
        idle = idling(used)
        pairs = []
        for number in range(rounds):
            pairs.append((run(long, "local"), run(long, dask, used)))
            here, there = pairs[-1]
            print(f"{name} {number}: local {here.cpu:.1f} s of processors, {here.wall:.1f} s; dask {there.cpu:.1f} s "
                  f"({there.here:.1f} here, {there.scheduler:.1f} scheduler, {there.worker:.1f} worker), "
                  f"{there.wall:.1f} s", flush=True)  # fmt: skip
        assert Path(long.output).read_bytes()
        middle = sorted((there for _here, there in pairs), key=lambda two: two.cpu)[rounds // 2]
        count, base_run = len(middle.segments), min(fixed, key=lambda two: two.cpu)
        worked = middle.worker - idle[1] * middle.wall - base_run.worker
        scale = worked / sum(took for took, _size in middle.segments)
        return {
            "name": name,
            "seconds": seconds,
            "idle": idle,
            "runs": [[here.cpu, here.wall, there.cpu, there.wall, there.scheduler] for here, there in pairs],
            "segments": [[took * scale, size] for took, size in middle.segments],
            "fixed": base_run.here,
            "begin": first.worker - base_run.worker,
            "conductor": max(middle.here - base_run.here, 0.0) / count,
            "scheduler": max(middle.scheduler - idle[0] * middle.wall, 0.0) / count,
            "template_bytes": Path(long.template.location).stat().st_size,
        }


def idling(used: Cluster) -> list[float]:
    """What the scheduler and the worker take in a second in which nobody asks them for anything."""
    pids = used.scheduler, used.worker
    before, start = [processor_seconds(pid) for pid in pids], time.perf_counter()
    time.sleep(IDLE_SECONDS)
    passed = time.perf_counter() - start
    return [(processor_seconds(pid) - taken) / passed for pid, taken in zip(pids, before, strict=True)]


def lock(name: str, frames: int, rounds: int) -> dict[str, Any]:
    """How long the interpreter's lock is held while one thread renders, and what threads and processes take."""
    from gilknocker import KnockKnock

    encoder = ve.EncoderConfig(bitrate=ve.BytesPerSecond(625_000), segment_seconds=1)
    with tempfile.TemporaryDirectory() as folder, ve.open_template(template_path(name)) as template:
        order = ve.order_for(template, Path(folder) / "a.mp4", encoder=encoder, frames=(0, frames))
        held: list[float] = []
        taken: dict[str, list[list[float]]] = {"local": [], "threads": [], "processes": []}
        for _ in range(rounds):
            knocker = KnockKnock(1_000)
            knocker.start()
            taken["local"].append(spent(order, "local"))
            held.append(knocker.contention_metric)
            knocker.stop()
            taken["threads"].append(spent(order, None))
            taken["processes"].append(spent(order, "processes"))
            print(name, [f"{one[-1][0]:.1f} s, {one[-1][1]:.1f} s" for one in taken.values()], f"{held[-1]:.3f}")
        return {"name": name, "held": held, **taken}


def spent(order: ve.RenderOrder, executor: str | None) -> list[float]:
    """Seconds by the clock, and of the processors, of this process and those that it starts."""
    wall, before = time.perf_counter(), os.times()
    ve.render_order(order, executor=executor)
    after = os.times()
    return [time.perf_counter() - wall, sum(after[:4]) - sum(before[:4])]


def inputs(stored: dict[str, Any]) -> Inputs:
    names = ("name", "fixed", "begin", "conductor", "scheduler", "template_bytes")
    return Inputs(segments=[(one, two) for one, two in stored["segments"]], **{key: stored[key] for key in names})


def cut(one: Inputs, pieces: int) -> Inputs:
    """The same with shorter segments: each in so many pieces."""
    segments = [(took / pieces, size / pieces) for took, size in one.segments for _ in range(pieces)]
    values = {key: getattr(one, key) for key in ("name", "fixed", "begin", "conductor", "scheduler", "template_bytes")}
    return Inputs(segments=segments, **values)


def curves(stored: dict[str, Any]) -> dict[str, Inputs]:
    found = {}
    for one in map(inputs, stored["overhead"].values()):
        seconds = stored["overhead"][one.name]["seconds"]
        each = seconds / len(one.segments)
        pieces = max(1, round(each))
        found[f"{one.name}, {seconds:.0f} s, segments of {each:.1f} s"] = one
        found[f"{one.name}, {seconds:.0f} s, segments of {each / pieces:.1f} s"] = cut(one, pieces)
        found[f"{one.name}, {20 * seconds / 60:.0f} min, segments of {each:.1f} s"] = one.longer(20)
    return found


def table(found: dict[str, Inputs]) -> str:
    lines = ["| video | " + " | ".join(f"{count}" for count in (2, 4, 8, 16, 32, 64)) + " | binds at 64 |"]
    lines.append("|---" * 8 + "|")
    for label, one in found.items():
        speeds = " | ".join(f"{scaling_model.speedup(one, count):.1f}" for count in (2, 4, 8, 16, 32, 64))
        lines.append(f"| {label} | {speeds} | {scaling_model.binding(one, 64)} |")
    return "\n".join(lines)


def chart(found: dict[str, Inputs]) -> str:
    """Speed against one thread, both axes in powers of two."""
    from math import log2

    left, top, wide, high = 60, 20, 560, 320

    def at(threads: float, speed: float) -> str:
        return f"{left + wide * log2(threads) / 6:.1f},{top + high * (1 - log2(max(speed, 1.0)) / 6):.1f}"

    height = top + high + 60 + 20 * (len(found) + 1)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 {height}" font-family="sans-serif" font-size="12">',
        "<title>How many times as fast a render is on 1 to 64 threads of workers, by the model</title>",
        f'<rect width="680" height="{height}" fill="#ffffff"/>',
    ]
    for power in range(7):
        x, y = left + wide * power / 6, top + high * (1 - power / 6)
        lines.append(
            f'<path d="M{x:.1f} {top}V{top + high}M{left} {y:.1f}H{left + wide}" stroke="#d8dee4" fill="none"/>'
        )
        lines.append(f'<text x="{x:.1f}" y="{top + high + 18}" text-anchor="middle">{2**power}</text>')
        lines.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{2**power}</text>')
    lines.append(f'<text x="{left + wide / 2}" y="{top + high + 38}" text-anchor="middle">threads of workers</text>')
    lines.append(f'<path d="M{at(1, 1)} {at(64, 64)}" stroke="#8c959f" stroke-dasharray="4 4" fill="none"/>')
    for number, (label, one) in enumerate(found.items()):
        color, dash = COLORS[number % 3], " 6 3" if number >= 3 else ""
        points = " ".join(at(count, scaling_model.speedup(one, count)) for count in range(1, 65))
        style = f'stroke="{color}" stroke-width="2" fill="none"' + (
            f' stroke-dasharray="{dash.strip()}"' if dash else ""
        )
        lines.append(f'<polyline points="{points}" {style}/>')
        y = top + high + 64 + 20 * number
        lines.append(f'<path d="M{left} {y}h40" {style}/><text x="{left + 50}" y="{y + 4}">{label}</text>')
    y = top + high + 64 + 20 * len(found)
    lines.append(f'<path d="M{left} {y}h40" stroke="#8c959f" stroke-dasharray="4 4"/>')
    lines.append(f'<text x="{left + 50}" y="{y + 4}">as many times as fast as there are threads</text></svg>')
    return "\n".join(lines) + "\n"


def sentence(stored: dict[str, Any]) -> str:
    """Medians and the spread of processor seconds, with and without what an idle cluster takes, and of the clock's."""
    idle = sum(stored["idle"])
    found = {
        "processor seconds": [there / here for here, _wall, there, _there_wall, _own in stored["runs"]],
        "without an idle cluster's": [
            (there - idle * wall) / here for here, _wall, there, wall, _own in stored["runs"]
        ],
        "by the clock": [wall / here for _here, here, _there, wall, _own in stored["runs"]],
    }
    parts = [f"{what} {statistics.median(one):.3f} ({min(one):.3f} to {max(one):.3f})" for what, one in found.items()]
    return f"{stored['name']}, dask over local: {'; '.join(parts)}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("what", choices=("overhead", "lock", "draw"))
    parser.add_argument("--templates", nargs="+", default=list(NAMES), choices=NAMES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30.0, help="of video, for overhead")
    parser.add_argument("--frames", type=int, default=120, help="for lock")
    chosen = parser.parse_args()
    stored = json.loads(STORED.read_text()) if STORED.exists() else {"overhead": {}, "lock": {}}
    if chosen.what == "draw":
        CHART.write_text(chart(curves(stored)))
        print(table(curves(stored)))
    for name in chosen.templates if chosen.what != "draw" else ():
        if chosen.what == "overhead":
            stored["overhead"][name] = overhead(name, chosen.seconds, chosen.rounds)
            print(sentence(stored["overhead"][name]))
        else:
            stored["lock"][name] = lock(name, chosen.frames, chosen.rounds)
        STORED.write_text(json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    main()
