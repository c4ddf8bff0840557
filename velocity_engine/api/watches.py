"""The functions with which a caller watches a render."""

from __future__ import annotations

from velocity_engine.errors import wrong_type
from velocity_engine.given.arguments import question
from velocity_engine.pipeline.progress import Progress


class Watch:
    """The caller's functions. What they raise is kept, so that it reaches the caller as it is."""

    def __init__(self, progress: object, cancelled: object) -> None:
        if progress is not None and not callable(progress):
            raise wrong_type("progress", progress, "Give a function that takes a Progress")
        self.error: Exception | None = None
        self._question = question(cancelled)
        self._told = progress
        self.progress = None if progress is None else self._tell

    def cancelled(self) -> bool:
        try:
            return self._question()
        except Exception as error:
            self.error = self.error or error
            raise

    def _tell(self, progress: Progress) -> None:
        try:
            assert callable(self._told)
            self._told(progress)
        except Exception as error:
            self.error = self.error or error
            raise
