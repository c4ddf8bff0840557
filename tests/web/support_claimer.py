"""A process on PostgreSQL that does as it is told, one JSON object a line: it claims, renews, or takes leases back.

Its clock may be wrong by ``shift`` seconds, as a machine's may. Run as ``support_claimer.py URL SHIFT``.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any


def shift_clock(seconds: float) -> None:
    """What a machine whose clock is wrong has, before anything else is imported."""
    true_time, true_ns = time.time, time.time_ns
    time.time = lambda: true_time() + seconds
    time.time_ns = lambda: true_ns() + int(seconds * 1e9)


def main(url: str, shift: float) -> None:
    shift_clock(shift)
    from velocity_web.database.entities import connect, writing
    from velocity_web.jobs import queue
    from velocity_web.settings import Settings

    settings = Settings(data=Path("/nonexistent"), database=url, lease_seconds=3.0)
    connect(settings.data, url)
    owner = f"elsewhere{shift}:{os.getpid()}:1"
    held: dict[str, queue.Leased] = {}

    def answer(command: str) -> Any:
        if command == "claim":
            job = queue.claim(owner, renders=True, settings=settings)
            if job:
                held[job.id] = job
            return job.id if job else None
        if command == "claim all":
            found = []
            while job := queue.claim(owner, renders=True, settings=settings):
                found.append([job.id, job.account_id])
            return found
        if command == "renew":
            with writing():
                return [queue.renew(owner, job, settings) for job in held.values()]
        assert command == "sweep"
        queue.sweep(settings)
        return None

    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
