"""``velocity still``"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from velocity_engine.cli import options, report, values

if TYPE_CHECKING:
    from velocity_engine.stills.still import Still

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


def still(
    template: options.TemplatePath,
    output: Annotated[
        str,
        typer.Option("--output", "-o", metavar="OUT.png", help="PNG, JPEG or WebP, by its ending; - pipes a PNG."),
    ],
    frame: Annotated[
        float | None, typer.Option("--frame", metavar="N", help="Frame of the composition; by default its first.")
    ] = None,
    settings: options.Set = None,
    customize: options.Customize = None,
    asset: options.Asset = None,
    animation: options.Animation = None,
    size: options.Size = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    plugin_strict: options.PluginStrict = False,
    debug: options.Debug = False,
) -> None:
    """Draw one frame as a picture."""
    import velocity_engine
    from velocity_engine.files.regular import output_file

    piped = output == values.STANDARD_OUTPUT
    kind = "PNG" if piped else _FORMATS.get(Path(output).suffix.lower())
    if kind is None:
        raise typer.BadParameter(f"{output} must end in {', '.join(_FORMATS)}", param_hint="--output")
    stream = values.standard_output("picture", as_json=as_json) if piped else None
    values.output_file(output)
    target = None if piped else output_file(output)
    with velocity_engine.open_template(template, animation=animation) as opened:
        entries, files = values.customizations(settings or [], customize, opened)
        files.update(values.asset_files(asset or []))
        drawn = velocity_engine.still(opened, frame=frame, size=size, customizations=entries, assets=files)
    data = _encoded(drawn, kind)
    if stream is not None:
        stream.write(data)
        stream.flush()
    elif target is not None:
        _save(data, target)
    if as_json:
        report.print_json(
            {
                "output": output,
                "frame": drawn.frame,
                "width": drawn.width,
                "height": drawn.height,
                "findings": [report.finding_object(finding) for finding in drawn.findings],
            }
        )
    elif not quiet:
        report.print_findings(drawn.findings, sys.stderr)
        if not piped:
            typer.echo(f"{output}: frame {drawn.frame:g}, {drawn.width}x{drawn.height}")


def _encoded(drawn: Still, kind: str) -> bytes:
    """The picture as a file; JPEG has no alpha: the ground is black, as in a video."""
    from PIL import Image

    from velocity_engine.stills.still import PNG_LEVEL

    picture = drawn.image()
    if kind == "JPEG":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, (0, 0, 0, 255)), picture).convert("RGB")
    stream = io.BytesIO()
    picture.save(stream, kind, quality=92, compress_level=PNG_LEVEL)
    return stream.getvalue()


def _save(data: bytes, path: Path) -> None:
    """Writes the whole picture or nothing."""
    from velocity_engine.files.leftovers import note

    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    note(temporary)
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
