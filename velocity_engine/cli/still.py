"""``velocity still``"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from velocity_engine.cli import captions as caption_options
from velocity_engine.cli import options, report, values


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
    captions: caption_options.File = None,
    caption_style: caption_options.Style = None,
    caption_layer: caption_options.LayerName = None,
    caption_position: caption_options.Position = None,
    caption_safe_area: caption_options.SafeArea = None,
    caption_lines: caption_options.Lines = None,
    caption_size: caption_options.LetterSize = None,
    caption_font: caption_options.FontName = None,
    caption_color: caption_options.Color = None,
    caption_highlight: caption_options.Highlight = None,
    caption_background: caption_options.Background = None,
    fonts: options.Fonts = "boxes",
    font_folder: options.FontFolder = None,
    system_fonts: options.SystemFonts = False,
    motion_blur: options.MotionBlurSwitch = False,
    blur_samples: options.Samples = None,
    shutter_angle: options.ShutterAngle = None,
    shutter_phase: options.ShutterPhase = None,
    animation: options.Animation = None,
    size: options.Size = None,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    plugin_strict: options.PluginStrict = False,
    debug: options.Debug = False,
) -> None:
    """Draw one frame as a picture."""
    import velocity_engine
    from velocity_engine.order import POSTER_FORMATS
    from velocity_engine.stills.picture_file import picture_file
    from velocity_engine.storage.delivery import Delivery, check_target

    shown = {
        "style": caption_style,
        "layer": caption_layer,
        "position": caption_position,
        "safe_area": caption_safe_area,
        "lines": caption_lines,
        "size": caption_size,
        "font": caption_font,
        "color": caption_color,
        "highlight": caption_highlight,
        "background": caption_background,
    }
    blur = options.motion_blur(motion_blur, blur_samples, shutter_angle, shutter_phase)
    piped = output == values.STANDARD_OUTPUT
    kind = "PNG" if piped else POSTER_FORMATS.get(Path(output).suffix.lower())
    if kind is None:
        raise typer.BadParameter(f"{output} must end in {', '.join(POSTER_FORMATS)}", param_hint="--output")
    stream = values.standard_output("picture", as_json=as_json) if piped else None
    values.output_file(output)
    if not piped:
        check_target(output)
    with velocity_engine.open_template(template, animation=animation) as opened:
        entries, files = values.customizations(settings or [], customize, opened)
        files.update(values.asset_files(asset or []))
        said = caption_options.captions(captions, shown)
        how = {"customizations": entries, "assets": files, "captions": said, "fonts": fonts, "motion_blur": blur}
        drawn = velocity_engine.still(opened, frame=frame, size=size, **how)
    data = picture_file(drawn.pixels, kind)
    if stream is not None:
        stream.write(data)
        stream.flush()
    else:
        with Delivery(output) as delivery:
            delivery.part.write_bytes(data)
            delivery.store()
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
