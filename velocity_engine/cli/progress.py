"""The progress bar: frames, frames a second and time left, on a terminal; nothing in a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from velocity_engine.progress import Progress


@contextmanager
def progress_bar(wanted: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Gives the callback for ``render``, or None where no bar is wanted or the error stream is not a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not wanted or not console.is_terminal:
        yield None
        return

    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Preparing", total=None, rate="")

        def show(progress: Progress) -> None:
            rate = f"{progress.fps:.0f} fps" if progress.done else ""
            bar.update(task, description="Rendering", completed=progress.done, total=progress.total, rate=rate)

        yield show
