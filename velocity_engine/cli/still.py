"""``velocity still``"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from velocity_engine.cli import options, report, values

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
PNG_LEVEL = 2  # a quarter of the time of the usual 6, and a sixth more bytes


def still(
    template: options.TemplatePath,
    output: Annotated[str, typer.Option("--output", "-o", metavar="OUT.png", help="PNG, JPEG or WebP, by its ending.")],
    frame: Annotated[float, typer.Option("--frame", metavar="N", help="Frame of the composition.")] = 0.0,
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

    kind = _FORMATS.get(Path(output).suffix.lower())
    if kind is None:
        raise typer.BadParameter(f"{output} must end in {', '.join(_FORMATS)}", param_hint="--output")
    values.output_file(output)
    target = output_file(output)
    with velocity_engine.open_template(template, animation=animation) as opened:
        entries, files = values.customizations(settings or [], customize, opened)
        files.update(values.asset_files(asset or []))
        pixels = velocity_engine.render_still(opened, frame=frame, size=size, customizations=entries, assets=files)
    _save(pixels, target, kind)
    height, width = pixels.shape[:2]
    if as_json:
        report.print_json({"output": output, "frame": frame, "width": width, "height": height})
    elif not quiet:
        typer.echo(f"{output}: frame {frame:g}, {width}x{height}")


def _save(pixels: NDArray[np.uint8], path: Path, kind: str) -> None:
    """Writes the whole picture or nothing; JPEG has no alpha: the ground is black, as in a video."""
    from PIL import Image

    from velocity_engine.files.leftovers import note

    picture: Any = Image.fromarray(pixels, "RGBA")
    if kind == "JPEG":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, (0, 0, 0, 255)), picture).convert("RGB")
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    note(temporary)
    try:
        picture.save(temporary, kind, quality=92, compress_level=PNG_LEVEL)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
