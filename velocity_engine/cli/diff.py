"""``velocity diff``"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from velocity_engine.cli import options, report, values

if TYPE_CHECKING:
    from velocity_engine.pipeline.frame_differences import FrameDifference, LayerDifference

SHOWN_LAYERS = 6


def diff(
    template: options.TemplatePath,
    other: Annotated[
        str | None,
        typer.Argument(metavar="[OTHER]", callback=values.readable, help="Another one; by default the same."),
    ] = None,
    settings: options.Set = None,
    customize: options.Customize = None,
    asset: options.Asset = None,
    animation: options.Animation = None,
    font_folder: options.FontFolder = None,
    system_fonts: options.SystemFonts = False,
    as_json: options.Json = False,
    plugin_strict: options.PluginStrict = False,
    debug: options.Debug = False,
) -> None:
    """Show which frames of two templates differ, and why; replacements are made in the second one."""
    import velocity_engine

    with (
        velocity_engine.open_template(template, animation=animation) as one,
        velocity_engine.open_template(other or template, animation=animation) as plain,
    ):
        entries, files = values.customizations(settings or [], customize, plain)
        with plain.customized(entries, {**files, **values.asset_files(asset or [])}) as second:
            found = velocity_engine.frame_differences(one, second)
            counts = [each.frame_count for each in (one, second)]
    if as_json:
        report.print_json({"frames": counts, "differences": [_object(run) for run in found]})
        return
    differing = sum(run.last - run.first for run in found)
    typer.echo(f"{differing} of {min(counts):g} frames differ")
    for run in found:
        typer.echo(f"  {run.first} to {run.last - 1}: {_said(run.layers)}")
    if counts[0] != counts[1]:
        typer.echo(f"the first has {counts[0]:g} frames, the second {counts[1]:g}")


def _object(run: FrameDifference) -> dict[str, object]:
    layers = [{"layer": one.layer, "aspects": list(one.aspects)} for one in run.layers]
    return {"first": run.first, "last": run.last, "layers": layers}


def _said(layers: Sequence[LayerDifference]) -> str:
    told = [f"{one.layer or 'the whole'} ({', '.join(one.aspects)})" for one in layers[:SHOWN_LAYERS]]
    more = f", and {len(layers) - SHOWN_LAYERS} more layers" if len(layers) > SHOWN_LAYERS else ""
    return ", ".join(told) + more
