"""What renders share with each other and with earlier ones, as the child that checks requests answers it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

Map = Sequence[Mapping[str, Any]]


class ReuseAnswers:
    """Of one template. ``cache`` is the folder of what earlier renders left, empty for none."""

    def __init__(self, template: Any, cache: str) -> None:
        self._template = template
        self._cache = cache
        self._asked = ""
        self._batch: Any = None

    def shared(self, question: Mapping[str, Any], maps: Sequence[Map]) -> dict[str, int]:
        """How many frames the renders of these maps have, and how many are left where what is the same counts once.
        Questions that ask ``further`` count those before them, of the same encoder and frames."""
        import velocity_engine as engine

        asked = json.dumps([question["encoder"], question["frames"]])
        if self._batch is None or not question["further"] or asked != self._asked:
            encoder, frames = _asked(question)
            self._asked, self._batch = asked, engine.BatchFrames(self._template, encoder, frames)
        said = _said(question)
        for number, one in enumerate(maps):
            timeline = self._timeline(question, number, one)
            self._batch.add(one, captions=said[number], timeline=timeline)
        return {"frames": self._batch.frames, "unique": self._batch.unique_frames}

    def _timeline(self, question: Mapping[str, Any], number: int, entries: Map) -> Any:
        import velocity_engine as engine

        if not (duration := question["durations"][number]):
            return None
        wanted, encoder = engine.Duration.from_values(duration), _asked(question)[0]
        how = {"customizations": entries} if wanted.layer else {}
        return self._template.timeline(wanted, encoder=encoder, **how)

    def cached(self, question: Mapping[str, Any], maps: Sequence[Map]) -> dict[str, int]:
        """How many frames of these renders are in the cache, and of how many renders that was found out within
        ``seconds`` of the processors. ``files`` are those of the assets that the maps name."""
        import velocity_engine as engine

        until = time.process_time() + question["seconds"]
        encoder, frames = _asked(question)
        said = _said(question)
        blur = question.get("motion_blur")
        found = looked = 0
        for number, one in enumerate(maps):
            if looked and time.process_time() > until:
                break
            if self._cache:
                duration = question["durations"][number]
                told: dict[str, Any] = {
                    "customizations": one,
                    "assets": question["files"],
                    "captions": said[number],
                    "duration": engine.Duration.from_values(duration) if duration else None,
                    "motion_blur": engine.MotionBlur.from_values(blur) if blur else None,
                }
                found += engine.cached_frames(self._template, self._cache, encoder=encoder, frames=frames, **told)
            looked += 1
        return {"frames": found, "renders": looked}


def _asked(question: Mapping[str, Any]) -> tuple[Any, Any]:
    """The encoder and the frames of a question; on a timeline the end of these may be open."""
    import velocity_engine as engine

    frames = question["frames"]
    span = None if not frames else slice(*frames) if any(question["durations"]) else tuple(frames)
    return engine.EncoderConfig.from_values(question["encoder"]), span


def _said(question: Mapping[str, Any]) -> list[Any]:
    """The captions of each map."""
    import velocity_engine as engine

    found = [engine.Captions.from_values(json.loads(one)) for one in question["said"]]
    return [None if number is None else found[number] for number in question["captions"]]
