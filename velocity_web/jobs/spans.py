"""The spans of a job that is over: the job, its wait, and the stages of its process, by the times that it told."""

from __future__ import annotations

import time

from velocity_web.events import tracing
from velocity_web.events.tracing import Past
from velocity_web.jobs.running import Running
from velocity_web.schemas import states


def tell_job(running: Running, fault: str | None) -> None:
    """Send the spans, where that is asked for."""
    if not tracing.is_asked_for():
        return
    now, clock = time.time_ns(), time.monotonic()

    def at(moment: float) -> int:
        """Nanoseconds since 1970 of a moment of ``time.monotonic``, which a child may tell as it likes."""
        return now - int((clock - min(clock, max(running.began, moment))) * 1e9)

    job = running.job
    result = running.result or {}
    worked = {f"velocity.seconds.{stage}": seconds for stage, seconds in result.get("stage_seconds", {}).items()}
    attributes = {
        "velocity.job": job.id,
        "velocity.kind": job.kind,
        "velocity.attempt": job.attempt,
        "velocity.waited_ms": job.waited_ms,
        **({"velocity.frames": result["frames"]} if job.kind == states.RENDER and "frames" in result else {}),
    }
    whole = Past(f"job {job.kind}", at(running.began), now, attributes, fault)
    parts = [
        Past(stage, at(began), at(ended), worked if stage == "frames" else {})
        for stage, (began, ended) in result.get("times", {}).items()
    ]
    moments = [*running.stages, ("", clock)]
    parts += [Past(stage, at(began), at(moments[n + 1][1])) for n, (stage, began) in enumerate(running.stages)]
    tracing.tell(job.traceparent, whole, parts)
