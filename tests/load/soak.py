"""An hour of what honest clients do, and the curve of the server's memory: ``tox -e soak``.

VELOCITY_SOAK_SECONDS (3600) and VELOCITY_SOAK_CLIENTS (16) say how long and how many. VELOCITY_SOAK_MEMRAY=1 runs the
server under memray and writes what it holds at the end, by the place that asked for it. The report is
out/soak/report.md; the exit status is 1 when memory grows by more than MIB_AN_HOUR after the first quarter, or a
request was answered by 5xx.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import numpy as np
from load.honest import Honest
from load.memory import Sample, Sampler
from web.support_service import Service

OUT = Path("out/soak")
EVERY = 10.0
WARM_UP = 0.25
MIB_AN_HOUR = 20.0


def main() -> int:
    seconds = float(os.environ.get("VELOCITY_SOAK_SECONDS", "3600"))
    clients = int(os.environ.get("VELOCITY_SOAK_CLIENTS", "16"))
    traced = os.environ.get("VELOCITY_SOAK_MEMRAY") == "1"
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=OUT) as data:
        report = soak(Path(data), seconds, clients, traced)
    (OUT / "report.json").write_text(json.dumps(report, indent=1))
    text = as_text(report)
    (OUT / "report.md").write_text(text)
    print(text)
    return 0 if report["holds"] else 1


def soak(data: Path, seconds: float, clients: int, traced: bool) -> dict[str, object]:
    """Run it, and give the report's figures."""
    service = Service(data / "data")
    record = OUT / "server.bin"
    if traced:
        service.program = (
            sys.executable,
            "-m",
            "memray",
            "run",
            "--aggregate",
            "-o",
            str(record),
            "-m",
            "velocity_engine",
        )
    service.start()
    assert service.process
    stop = threading.Event()
    sampler = Sampler(service.process.pid, EVERY)
    crowd = [Honest(service, seed, stop) for seed in range(clients)]
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and service.process.poll() is None:
        time.sleep(1)
        if sys.stderr.isatty():
            print(
                f"\r{ends - time.monotonic():6.0f} s left, {sampler.samples[-1].server:.1f} MiB",
                end="",
                file=sys.stderr,
            )
    sampler.close()
    stop.set()
    for one in crowd:
        one.thread.join(60)
    status = service.stop()
    answers = sum((one.answers for one in crowd), Counter[str]())
    broken = [line for one in crowd for line in one.broken]
    write_curve(sampler.samples)
    if traced:
        write_holders(record)
    warm = [sample for sample in sampler.samples if sample.seconds >= seconds * WARM_UP]
    slope = slope_an_hour(warm)
    return {
        "seconds": seconds,
        "clients": clients,
        "requests": sum(answers.values()),
        "answers": dict(sorted(answers.items())),
        "broken": broken[:20],
        "exit status": status,
        "first MiB": sampler.samples[0].server,
        "warm MiB": warm[0].server,
        "last MiB": warm[-1].server,
        "most MiB": max(sample.server for sample in sampler.samples),
        "most MiB together": max(sample.together for sample in sampler.samples),
        "MiB an hour": slope,
        "asked MiB an hour": MIB_AN_HOUR,
        "holds": slope <= MIB_AN_HOUR and not broken and status == 0,
    }


def slope_an_hour(samples: list[Sample]) -> float:
    """The line through the samples of the server's memory, in MiB an hour."""
    slope, _start = np.polyfit([sample.seconds for sample in samples], [sample.server for sample in samples], 1)
    return float(slope * 3600)


def write_curve(samples: list[Sample]) -> None:
    with (OUT / "curve.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["seconds", "server MiB", "server and children MiB"])
        writer.writerows([f"{s.seconds:.0f}", f"{s.server:.1f}", f"{s.together:.1f}"] for s in samples)


def write_holders(record: Path) -> None:
    """What was held at the end, by the place that asked for it."""
    page = OUT / "holders.html"
    subprocess.run([sys.executable, "-m", "memray", "table", "--leaks", "-f", "-o", str(page), str(record)], check=True)


def as_text(report: dict[str, object]) -> str:
    lines = ["# Memory under honest load", ""]
    for name in ("seconds", "clients", "requests", "exit status"):
        lines.append(f"- {name}: {report[name]:,.0f}")
    lines += ["", "| server's memory | MiB |", "|---|---|"]
    for name in (
        "first MiB",
        "warm MiB",
        "last MiB",
        "most MiB",
        "most MiB together",
        "MiB an hour",
        "asked MiB an hour",
    ):
        lines.append(f"| {name.replace(' MiB', '').replace('MiB', 'growth')} | {report[name]:.1f} |")
    lines += [
        "",
        f"It {'holds' if report['holds'] else 'does not hold'}.",
        "",
        "| request, answer | times |",
        "|---|---|",
    ]
    answers = report["answers"]
    assert isinstance(answers, dict)
    lines += [f"| {name} | {count} |" for name, count in answers.items()]
    broken = report["broken"]
    assert isinstance(broken, list)
    lines += ["", *[f"- {line}" for line in broken]]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
