"""Renders of the studio: one after the other, each into a file beside the template."""

from __future__ import annotations

import hmac
import re
import secrets
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import velocity_engine as engine
from velocity_web.clock import iso_time, now_ms
from velocity_web.failures import Conflict, NotFound
from velocity_web.processes.analyse_process import finding_dict
from velocity_web.processes.telling import reason
from velocity_web.schemas import states
from velocity_web.studio.workshop import Entries, Files, Workshop

KEPT = 100  # renders, of which the oldest is forgotten; its file stays
LETTERS = 80


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be rendered. Where its duration is chosen, ``timeline`` is that of the whole video, and ``lasting``
    are its frames, those that are held and the cuts of its regions."""

    name: str
    encoder: engine.EncoderConfig
    entries: Entries
    files: Files
    frames: tuple[float, float]
    duration: engine.Duration | None = None
    timeline: engine.Timeline | None = None
    lasting: tuple[int, int, int] | None = None
    captions: engine.Captions | None = None
    motion_blur: engine.MotionBlur | None = None


@dataclass(slots=True, eq=False)
class Job:
    """A render, from its order to its end."""

    wish: Wish
    total: int
    id: str = field(default_factory=lambda: str(uuid4()))
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    status: str = states.PENDING
    created: int = 0
    started: int | None = None
    ended: int | None = None
    done: int = 0
    seconds_left: float | None = None
    fault: str = ""
    file: Path | None = None
    size: int | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)


class Renders:
    """The renders of one run of the studio. ``folder`` is where their files go."""

    def __init__(self, workshop: Workshop, folder: Path) -> None:
        self._workshop = workshop
        self._folder = folder
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def start(self, wish: Wish, total: int) -> dict[str, Any]:
        job = Job(wish, total, created=now_ms())
        with self._lock:
            self._jobs[job.id] = job
            while len(self._jobs) > KEPT:
                del self._jobs[next(iter(self._jobs))]
        threading.Thread(target=self._run, args=(job,), name="studio-render", daemon=True).start()
        return {"renderId": job.id, "status": job.status}

    def find(self, identity: str) -> Job:
        """Raises NotFound."""
        with self._lock:
            try:
                return self._jobs[identity]
            except KeyError:
                raise NotFound(f"there is no render {identity}") from None

    def linked(self, secret: str) -> Path:
        """The finished video of the render with this secret. Raises NotFound and Conflict."""
        with self._lock:
            found = [one for one in self._jobs.values() if hmac.compare_digest(one.secret.encode(), secret.encode())]
        if not found:
            raise NotFound("there is no such video")
        (job,) = found
        if job.status != states.COMPLETED or job.file is None:
            raise Conflict("the render is not completed")
        if not job.file.is_file():
            raise NotFound(f"{job.file.name} is not there any more")
        return job.file

    def cancel(self, identity: str) -> dict[str, Any]:
        job = self.find(identity)
        job.stopping.set()
        return {"renderId": job.id, "status": job.status, "message": "The render is being cancelled"}

    def stop(self) -> None:
        """Ends all of them, and waits for the one that is being rendered."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            job.stopping.set()
        with self._turn:
            return

    def _run(self, job: Job) -> None:
        with self._turn:
            job.started, job.status = now_ms(), states.PROCESSING
            try:
                if job.stopping.is_set():
                    raise engine.RenderCancelled("the render was cancelled")
                self._render(job)
                job.status = states.COMPLETED
            except engine.RenderCancelled:
                job.status = states.CANCELLED
                job.fault = "it was cancelled"
            except (engine.VelocityError, OSError) as error:
                job.status = states.FAILED
                job.fault = reason(error, {}) if isinstance(error, engine.VelocityError) else str(error)
            finally:
                job.ended = now_ms()

    def _render(self, job: Job) -> None:
        wish = job.wish
        self._folder.mkdir(parents=True, exist_ok=True)
        output = free_name(self._folder, wish.name, engine.container_of(wish.encoder).endings[0])

        def progress(told: engine.Progress) -> None:
            job.done, job.total, job.seconds_left = told.frames_done, told.frames_total, told.seconds_left

        with self._workshop.open() as template:
            result = engine.render(
                template,
                output,
                encoder=wish.encoder,
                customizations=wish.entries,
                assets=wish.files,
                frames=wish.frames,
                captions=wish.captions,
                motion_blur=wish.motion_blur,
                duration=wish.duration,
                progress=progress,
                cancelled=job.stopping,
            )
        job.file, job.size, job.done, job.total = output, result.size_bytes, result.frames, result.frames
        job.findings = [finding_dict(finding, {}) for finding in result.findings]


def free_name(folder: Path, name: str, ending: str) -> Path:
    """A file that is not there yet, named as a render is."""
    stem = re.sub(r"[^\w .()-]+", "-", name).strip(" .-")[:LETTERS] or "video"
    number, path = 1, folder / f"{stem}{ending}"
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{ending}"
    return path


def job_told(job: Job) -> dict[str, Any]:
    """What ``GET /render/{id}/status`` answers, and where the file is."""
    ended = job.status == states.COMPLETED
    return {
        "renderId": job.id,
        "name": job.wish.name,
        "status": job.status,
        "reason": job.fault or None,
        "createdAt": _time(job.created),
        "startedAt": _time(job.started),
        "completedAt": _time(job.ended),
        "renderTimeMilliseconds": job.ended - job.started if ended and job.ended and job.started else None,
        "sizeBytes": job.size,
        "progress": 1.0 if ended else min(1.0, job.done / max(1, job.total)),
        "framesDone": job.done,
        "framesTotal": job.total,
        "estimatedRemainingMilliseconds": None if job.seconds_left is None else round(1000 * job.seconds_left),
        "videoDownloadUrl": f"/link/{job.secret}" if ended else None,
        "savedAs": str(job.file) if job.file else None,
        "warnings": job.findings,
    }


def _time(milliseconds: int | None) -> str | None:
    moment = iso_time(milliseconds)
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")
