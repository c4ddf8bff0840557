"""The arguments and options that several commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from velocity_engine.cli import values
from velocity_engine.cli.report import DEBUG

if TYPE_CHECKING:
    from velocity_engine.order import MotionBlur


def _debug(wanted: bool) -> None:
    if wanted:
        os.environ[DEBUG] = "1"


def _strict(wanted: bool) -> None:
    if wanted:
        from velocity_engine.plugins.manager import STRICT_VARIABLE

        os.environ[STRICT_VARIABLE] = "1"


def _font_folder(folders: list[str] | None) -> None:
    if folders:
        from velocity_engine.given.fonts import FOLDER_VARIABLE

        os.environ[FOLDER_VARIABLE] = os.pathsep.join(folders)


def motion_blur(
    wanted: bool, samples: int | None, shutter_angle: float | None, shutter_phase: float | None
) -> MotionBlur | None:
    """Returns the motion blur that the options ask for: each of them asks for some."""
    from velocity_engine.order import MotionBlur

    given = {"samples": samples, "shutter_angle": shutter_angle, "shutter_phase": shutter_phase}
    chosen = {name: value for name, value in given.items() if value is not None}
    return MotionBlur(**chosen) if wanted or chosen else None  # type: ignore[arg-type]  # each has the type of its name


def _system_fonts(wanted: bool) -> None:
    if wanted:
        from velocity_engine.given.fonts import SYSTEM_VARIABLE

        os.environ[SYSTEM_VARIABLE] = "1"


TemplatePath = Annotated[
    str,
    typer.Argument(
        metavar="TEMPLATE",
        callback=values.readable,
        help="A ZIP, a folder, a .lottie or a .json file; also by URL.",
    ),
]
Animation = Annotated[
    str | None, typer.Option("--animation", metavar="ID", help="Which animation of a .lottie that holds several.")
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="LAYER=VALUE", help="Replace a layer's text, picture, clip or colour. Repeatable."),
]
Customize = Annotated[
    Path | None,
    typer.Option("--customize", metavar="FILE.json", exists=True, dir_okay=False, help="A customizationMap."),
]
Asset = Annotated[
    list[str] | None,
    typer.Option("--asset", metavar="ID=FILE", help='The file that {"assetId": ID} names. Repeatable.'),
]
Size = Annotated[
    values.Size | None,
    typer.Option("--size", metavar="WxH", parser=values.size, help="Pixels; by default those of the composition."),
]
CachePlace = Annotated[
    str | None,
    typer.Option("--cache", metavar="DIR", help="The folder or URL of the cache; by default in the user's caches."),
]
FontFolder = Annotated[
    list[str] | None,
    typer.Option(
        "--font-folder", metavar="DIR", callback=_font_folder, help="Fonts for texts: a folder or a file. Repeatable."
    ),
]
SystemFonts = Annotated[
    bool, typer.Option("--system-fonts", callback=_system_fonts, help="Use this system's fonts as a last resort.")
]
Fonts = Annotated[
    Any,
    typer.Option(
        "--fonts",
        metavar="boxes|strict",
        parser=values.strictness,
        help="What letters that no font has become: boxes, or an error.",
    ),
]
MotionBlurSwitch = Annotated[
    bool,
    typer.Option("--motion-blur", help="Blur layers that have the motion blur switch, as their shutter sees them."),
]
Samples = Annotated[
    int | None,
    typer.Option("--blur-samples", metavar="16", help="At how many moments of a frame they are drawn, 2 to 64."),
]
ShutterAngle = Annotated[
    float | None,
    typer.Option("--shutter-angle", metavar="180", help="For how long the shutter is open; 360 is a whole frame."),
]
ShutterPhase = Annotated[
    float | None, typer.Option("--shutter-phase", metavar="-90", help="When it opens, in degrees from the frame.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Debug = Annotated[bool, typer.Option("--debug", callback=_debug, help="Show the traceback of an error.")]
PluginStrict = Annotated[
    bool, typer.Option("--plugin-strict", callback=_strict, help="Fail where an installed plugin is broken.")
]
