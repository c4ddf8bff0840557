"""The progress bar: frames, frames a second and time left, on a terminal; nothing in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from velocity_engine.pipeline.progress import Progress


@contextmanager
def progress_bar(wanted: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Yields the callback for ``render``, or None where no bar is wanted or the error stream is not a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not wanted or not console.is_terminal:
        yield None
        return

    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("preparing", total=None, speed="")

        def show(progress: Progress) -> None:
            bar.update(
                task,
                description=progress.stage,
                completed=progress.frames_done,
                total=progress.frames_total,
                speed=_speed(progress),
            )

        yield show


def _speed(progress: Progress) -> str:
    if progress.seconds_left is None:
        return ""
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return f"{progress.fps:.1f} frames/s, {minutes}:{seconds:02} left"
