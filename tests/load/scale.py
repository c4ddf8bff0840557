"""Ten thousand tenants and a million renders: ``python -m load.scale [RENDERS] [TENANTS]``, ten minutes or so.

Fills SQLite and, where PostgreSQL is installed, a cluster of its own on 127.0.0.1, and times what the service asks of
them. The report goes to standard output; the exit status is 1 where the 99th percentile of a hot call is above 50 ms.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

from web.support_postgres import Postgres, binary
from web.support_scale import Scale, fill_postgres, fill_sqlite

MOST_MS = 50.0
CALLS, FEW = 300, 30
Timings = dict[str, list[tuple[float, float]]]
"""Milliseconds of each call: by the clock, and of the processors that this process took."""


def main() -> int:
    renders = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    tenants = int(sys.argv[2]) if len(sys.argv) > 2 else renders // 100
    scale, worst = Scale(tenants, renders), 0.0
    with tempfile.TemporaryDirectory(prefix="scale-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        began = time.monotonic()
        fill_sqlite(data / "velocity.db", scale)
        print(f"SQLite is filled after {time.monotonic() - began:.0f} s", flush=True)
        worst = max(worst, measured("SQLite", data, "", tenants))
        if binary("postgres"):
            cluster = Path(folder) / "postgres"
            cluster.mkdir()
            server = Postgres(cluster)
            try:
                began, url = time.monotonic(), server.new_database()
                fill_postgres(url, scale)
                print(f"PostgreSQL is filled after {time.monotonic() - began:.0f} s", flush=True)
                worst = max(worst, measured("PostgreSQL", data, url, tenants))
            finally:
                server.stop()
    return 0 if worst <= MOST_MS else 1


def measured(name: str, data: Path, url: str, tenants: int) -> float:
    """Print the times of calls in a process of their own. Returns the largest 99th percentile of those that are hot."""
    command = [sys.executable, "-m", "load.scale", "--measure", str(data), url, str(tenants)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    answer = json.loads(done.stdout.splitlines()[-1])
    print(f"\n{name}\n\n| call | median ms | 99 % ms | 99 % ms of the caller's processor |\n|---|---|---|---|")
    worst = 0.0
    for call, times in answer["times"].items():
        cuts = quantiles([clock for clock, _own in times], n=100, method="inclusive")
        own = quantiles([own for _clock, own in times], n=100, method="inclusive")
        print(f"| {call} | {cuts[49]:.1f} | {cuts[98]:.1f} | {own[98]:.1f} |")
        if not call.startswith("("):
            worst = max(worst, cuts[98])
    print(f"\n{answer['fairness']}", flush=True)
    return worst


def measure(data: Path, url: str, tenants: int) -> None:
    """Print the times of calls, as JSON."""
    from web.support_hot_calls import Hot

    hot = Hot(data, url, tenants)
    times: Timings = {}
    for name, call in hot.calls().items():
        call()
        times[name] = []
        for _ in range(FEW if name.startswith("(") else CALLS):
            began, worked = time.perf_counter(), time.process_time()
            call()
            ended, done = time.perf_counter(), time.process_time()
            times[name].append((1000 * (ended - began), 1000 * (done - worked)))
    served = hot.served
    fairness = (
        f"{sum(served.values())} claims went to {len(served)} tenants, at most {max(served.values())} to one; "
        f"{served[hot.heavy.account_id]} to the one with the most that wait."
    )
    print(json.dumps({"times": times, "fairness": fairness}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
    else:
        sys.exit(main())
