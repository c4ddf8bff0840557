"""A short look at speed for CI: ``python -m benchmarks.ratios`` compares ratios of processor times on the bundled
template with those that ``--store`` wrote to ``ratios.json``. It only reports: another processor has other ratios.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import velocity_engine as ve
from benchmarks import measures

DEMO = Path(__file__).resolve().parent.parent / "examples" / "demo.zip"
STORED = Path(__file__).resolve().parent / "ratios.json"
SIZE, COUNT, ROUNDS = (1280, 720), 90, 5
STAGES = ("evaluate", "composite", "convert")


def measured() -> dict[str, float]:
    """Each ratio from the least time of some rounds, which take turns."""
    least: dict[str, float] = {}

    def keep(what: str, seconds: float) -> None:
        least[what] = min(seconds, least.get(what, seconds))

    with ve.open_template(DEMO) as template, tempfile.TemporaryDirectory() as folder:
        work = measures.job(template, SIZE, COUNT)
        frames = measures.frames_in_memory(work)
        for _ in range(ROUNDS):
            keep("encode", measures.taken(lambda: measures.encode(work, frames)).cpu)
            keep("whole", measures.taken(lambda: measures.end_to_end(work, Path(folder, "out.mp4"))).cpu)
            for stage, seconds in measures.drawing(work)[1].items():
                keep(stage, seconds)
    found = {"encoding alone over end to end": least["encode"] / least["whole"]}
    return found | {f"{stage} over encoding": least[stage] / least["encode"] for stage in STAGES}


def table(now: dict[str, float], stored: dict[str, float]) -> str:
    lines = [f"{'processor times, ' + DEMO.name:<34} {'now':>6} {'stored':>7} {'change':>7}"]
    for name, value in now.items():
        before = stored.get(name)
        change = f"{before:7.2f} {value / before - 1:+7.0%}" if before else ""
        lines.append(f"{name:<34} {value:6.2f} {change}".rstrip())
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ratios", description=__doc__)
    parser.add_argument("--store", action="store_true", help=f"write them to {STORED.name}")
    chosen = parser.parse_args()
    now = measured()
    print(table(now, json.loads(STORED.read_text()) if STORED.exists() else {}))
    if chosen.store:
        STORED.write_text(json.dumps({name: round(value, 3) for name, value in now.items()}, indent=2) + "\n")


if __name__ == "__main__":
    main()
