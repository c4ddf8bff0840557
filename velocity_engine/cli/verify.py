"""``velocity verify``"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from velocity_engine.cli import options, report, values


def verify(
    video: Annotated[str, typer.Argument(metavar="VIDEO", callback=values.readable, help="The video.")],
    manifest: Annotated[
        Path, typer.Argument(metavar="MANIFEST.json", exists=True, dir_okay=False, help="What --manifest wrote.")
    ],
    as_json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Render a video again by its manifest, and compare the bytes."""
    import velocity_engine

    told = velocity_engine.verify(video, velocity_engine.Manifest.from_json(manifest.read_text()))
    if as_json:
        report.print_json({"same": told.same, "reasons": list(told.reasons), "frames": told.frames})
    elif told.same:
        typer.echo(f"{video}: rendered again, it has the same bytes")
    else:
        for reason in told.reasons:
            typer.echo(f"{video}: {reason}", err=True)
    if not told.same:
        raise typer.Exit(report.FAILURE)
