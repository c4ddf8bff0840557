"""What renders share with each other and with earlier ones, as the child that checks requests answers it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Map = Sequence[Mapping[str, Any]]


class ReuseAnswers:
    """Of one template: ``said`` returns it with the captions and the motion blur of a question. ``cache`` is the folder
    of what earlier renders left, empty for none."""

    def __init__(self, said: Callable[[Mapping[str, Any]], Any], cache: str) -> None:
        self._said = said
        self._cache = cache
        self._asked = ""
        self._batch: Any = None

    def shared(self, question: Mapping[str, Any], maps: Sequence[Map]) -> dict[str, int]:
        """How many frames the renders of these maps have, and how many are left where what is the same counts once.
        Questions that ask ``further`` count those before them, of the same encoder and frames."""
        import velocity_engine as engine

        asked = json.dumps(
            [question["encoder"], question["frames"], question.get("captions"), question.get("motion_blur")]
        )
        if self._batch is None or not question["further"] or asked != self._asked:
            self._asked, self._batch = (
                asked,
                engine.BatchFrames(self._said(question), *_asked(question)),
            )
        for one in maps:
            self._batch.add(one)
        return {"frames": self._batch.frames, "unique": self._batch.unique_frames}

    def cached(self, question: Mapping[str, Any], maps: Sequence[Map]) -> dict[str, int]:
        """How many frames of these renders are in the cache, and of how many renders that was found out within
        ``seconds`` of the processors. ``files`` are those of the assets that the maps name."""
        import velocity_engine as engine

        until = time.process_time() + question["seconds"]
        encoder, frames = _asked(question)
        duration = engine.Duration.from_values(question["duration"]) if question["duration"] else None
        found = looked = 0
        for one in maps:
            if looked and time.process_time() > until:
                break
            if self._cache:
                template = self._said(question)
                told: dict[str, Any] = {"customizations": one, "assets": question["files"], "duration": duration}
                found += engine.cached_frames(template, self._cache, encoder=encoder, frames=frames, **told)
            looked += 1
        return {"frames": found, "renders": looked}


def _asked(question: Mapping[str, Any]) -> tuple[Any, Any]:
    """The encoder and the frames of a question."""
    import velocity_engine as engine

    frames = question["frames"]
    return engine.EncoderConfig.from_values(question["encoder"]), tuple(frames) if frames else None
