"""Captions of a render, as a request says them; the engine has the same words (``Captions``)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictBool, StrictStr

from velocity_web.schemas.base import Identifier, Name, RequestModel, whole
from velocity_web.schemas.sentences import COLOR, LANGUAGE
from velocity_web.schemas.source import SourceRequest

MAX_TEXT = 2 << 20
MAX_CUES = 5_000
MAX_WORDS = 20_000
CaptionSeconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]
CaptionColor = Annotated[StrictStr, Field(pattern=COLOR)]
CaptionStyle = Literal["box", "outline", "karaoke", "highlight", "pop", "none"]
CaptionPosition = Literal["bottom", "middle", "top"]
Lines = Annotated[int, Field(strict=True, ge=1, le=6), BeforeValidator(whole)]


class WordRequest(RequestModel):
    """A word, or a syllable of one, and when it is said."""

    text: StrictStr = Field(min_length=1, max_length=1000)
    start: CaptionSeconds = Field(
        description="the second at which it begins, since the first frame of the composition, or of a video with a "
        "duration"
    )
    end: CaptionSeconds | None = Field(
        None, description="the second at which it ends; when the next begins if left out"
    )


class CueRequest(RequestModel):
    """What is shown at once, and from when to when."""

    start: CaptionSeconds = Field(
        description="the second at which it appears, since the first frame of the composition, or of a video with a "
        "duration"
    )
    end: CaptionSeconds = Field(description="the second at which it is gone")
    text: StrictStr | None = Field(None, max_length=1000, description="what its words say if left out")
    words: Annotated[list[WordRequest], Field(max_length=1000)] | None = Field(
        None, description="its words with times; if left out, its time is shared out by the letters"
    )


class CaptionsSource(SourceRequest):
    """What is said in the video: one of text, cues, words, assetId, url, and connection with path."""

    text: StrictStr | None = Field(
        None, min_length=1, max_length=MAX_TEXT, description="the text of an SRT, WebVTT or ASS file"
    )
    cues: Annotated[list[CueRequest], Field(min_length=1, max_length=MAX_CUES)] | None = None
    words: Annotated[list[WordRequest], Field(min_length=1, max_length=MAX_WORDS)] | None = Field(
        None, description="as speech recognition tells them: cues are made of them"
    )
    asset_id: Identifier | None = Field(None, description="an asset that is a caption file")

    def file(self) -> dict[str, str]:
        """What names the file that says it; empty where it is said here."""
        return self.named() if self.asset_id is None else {"assetId": str(self.asset_id)}

    def given(self) -> list[str]:
        """Which of them there are."""
        return [name for name in SOURCES if getattr(self, name) is not None]


class CaptionsRequest(CaptionsSource):
    """What is said in the video, and how that looks."""

    style: CaptionStyle = Field("box", description="how they look; none: they are not drawn")
    layer: Name | None = Field(
        None,
        description="the layer that shows them, or Composition/Layer: a text, or a precomp with one text, plays anew "
        "for each cue; the style is drawn into the box of others; over everything if left out",
    )
    position: CaptionPosition = "bottom"
    safe_area: float = Field(
        0.08, ge=0, le=0.4, allow_inf_nan=False, description="the share of the frame that stays free at each edge"
    )
    lines: Lines = Field(2, description="how many lines a cue has at most; one that needs more is set smaller")
    size: float = Field(
        0.06, ge=0.01, le=0.5, allow_inf_nan=False, description="of the letters: a share of the frame's shorter side"
    )
    font: Annotated[StrictStr, Field(min_length=1, max_length=200)] = "Inter-Bold"
    color: CaptionColor = Field("#ffffff", description="of the words")
    highlight: CaptionColor = Field("#ffd84d", description="of the words that are said")
    background: CaptionColor = Field("#000000c0", description="of the box, and of the outline")
    text_track: StrictBool = Field(False, description="an MP4 or MOV has them as a track that players can show, too")
    language: Annotated[StrictStr, Field(pattern=LANGUAGE)] | None = Field(
        None, description="of that track, as three letters", examples=["eng"]
    )


SOURCES = ("text", "cues", "words", "asset_id", "url", "connection", "path")
CAPTION_TYPES = {"vtt": "text/vtt", "srt": "application/x-subrip"}


class CaptionsQuery(RequestModel):
    format: Literal["vtt", "srt"] = Field("vtt", description="WebVTT, which has the times of words as well, or SubRip")
