"""The options about captions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from velocity_engine.cli import values

if TYPE_CHECKING:
    from velocity_engine.captions.captions import Captions

_option = partial(typer.Option, rich_help_panel="Captions")

File = Annotated[
    str | None,
    _option("--captions", metavar="FILE", callback=values.readable, help="SRT, WebVTT, ASS, or words as JSON."),
]
Style = Annotated[
    str | None,
    _option("--caption-style", metavar="NAME", help="box, outline, karaoke, highlight, pop, or none: not drawn."),
]
LayerName = Annotated[
    str | None,
    _option("--caption-layer", metavar="LAYER", help="The layer that shows them: a text plays anew for each cue."),
]
Position = Annotated[str | None, _option("--caption-position", metavar="WHERE", help="bottom, middle or top.")]
SafeArea = Annotated[
    float | None,
    _option("--caption-safe-area", metavar="0.08", help="Share of the frame that stays free at each edge."),
]
Lines = Annotated[int | None, _option("--caption-lines", metavar="2", help="Most lines of a cue; else it is smaller.")]
LetterSize = Annotated[
    float | None, _option("--caption-size", metavar="0.06", help="Letters, as a share of the frame's shorter side.")
]
FontName = Annotated[str | None, _option("--caption-font", metavar="NAME", help="Their font, such as Inter-Bold.")]
Color = Annotated[str | None, _option("--caption-color", metavar="#rrggbb", help="Colour of the words.")]
Highlight = Annotated[str | None, _option("--caption-highlight", metavar="#rrggbb", help="Colour of words being said.")]
Background = Annotated[
    str | None, _option("--caption-background", metavar="#rrggbbaa", help="Colour of the box, or of the outline.")
]
TextTrack = Annotated[bool, _option("--text-track", help="Put them into the MP4 or MOV as a track, too.")]
Language = Annotated[
    str | None, _option("--caption-language", metavar="eng", help="Language of that track, as three letters.")
]
Sidecar = Annotated[
    str | None, _option("--sidecar", metavar="OUT.vtt", help="Write them to a file beside the video: .vtt or .srt.")
]


def captions(file: str | None, given: dict[str, Any]) -> Captions | None:
    """The captions of ``--captions``, shown as the other options say."""
    chosen = {name: value for name, value in given.items() if value not in (None, False)}
    if file is None:
        if chosen:
            option = next(iter(chosen)).replace("_", "-")
            name = "--text-track" if option == "text-track" else f"--caption-{option}"
            raise typer.BadParameter("there are no captions. Give --captions FILE, too", param_hint=name)
        return None
    from velocity_engine.api.captions import read_captions

    return read_captions(file, **chosen)
