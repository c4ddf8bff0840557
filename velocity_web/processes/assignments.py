"""What a child is told to do: the first line that it reads, checked like its answers (``answers``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, NonNegativeInt, PositiveInt

Seconds = Annotated[FiniteFloat, Field(ge=0)]


class Assignment(BaseModel):
    """``names`` are those by which the owner of the files knows them, by the ones that they have here."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    names: Mapping[str, str] = {}

    def line(self) -> bytes:
        return self.model_dump_json().encode() + b"\n"


class FontSources(BaseModel):
    """Where fonts are beside those of a template: ``files`` and folders of them, and whether the system's are used."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    files: list[str] = []
    system: bool = False


class RenderAssignment(Assignment):
    """``order`` is a ``RenderOrder`` as JSON; ``executor`` the name of what renders the segments, empty where the
    child itself does; ``cache`` the folder of what earlier renders left, empty for none, and ``cache_bytes`` its bound;
    ``fonts`` those of the service, beside the order's own; ``captions`` a caption file, empty for none, and
    ``captions_how`` how it is shown, as JSON.
    """

    order: str
    captions: str = ""
    captions_how: str = "{}"
    executor: str = ""
    cache: str = ""
    cache_bytes: NonNegativeInt = 0
    fonts: FontSources = FontSources()


class TemplateAssignment(Assignment):
    """``trial_seconds`` is how long the child may try how fast the template renders; 0: not at all."""

    file: str
    trial_seconds: Seconds
    fonts: FontSources = FontSources()


class FileAssignment(Assignment):
    """A file of sound, a picture or a clip."""

    file: str


class FontAssignment(FileAssignment):
    """A font file. What is in a web font is written to ``output``."""

    output: str


class PreviewAssignment(Assignment):
    """The child writes what it draws to ``output``; it ends after ``idle_seconds`` without a question, or
    ``busy_seconds`` of the processors. ``build`` names what draws."""

    template: str
    output: str
    build: str
    fonts: FontSources = FontSources()
    idle_seconds: Seconds
    busy_seconds: Seconds


Side = Annotated[PositiveInt, Field(le=65_535)]


class ClipQuestion(BaseModel):
    """A video of the frames from ``start`` to ``end``, which is not part of it, in place of a picture; of ``most``
    frames at most."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    start: FiniteFloat
    end: FiniteFloat
    most: FiniteFloat
    encoder: Mapping[str, Any]
    ending: Annotated[str, Field(pattern=r"^\.[a-z0-9]{1,8}$")]


class PreviewQuestion(BaseModel):
    """A picture of ``frames``, in frames of the composition, of ``columns`` side by side, each of ``size`` pixels.
    Where there is no frame, only the customization map is looked at. ``known`` are the digests of what is not drawn.
    With a ``duration`` frames are counted on the timeline of that video; ``in_template``: on the template's.
    ``captions`` are what is said, as JSON that the engine wrote; ``motion_blur`` is as ``MotionBlur.to_values``."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    frames: Annotated[list[FiniteFloat], Field(max_length=256)]
    columns: PositiveInt = 1
    size: Annotated[list[Side], Field(min_length=2, max_length=2)]
    kind: Literal["png", "jpeg", "webp"]
    known: list[str] = []
    clip: ClipQuestion | None = None
    captions: str | None = None
    motion_blur: Mapping[str, Any] | None = None
    duration: Mapping[str, Any] | None = None
    in_template: bool = False


class CheckAssignment(Assignment):
    """The child ends after ``idle_seconds`` without a question, or ``busy_seconds`` of the processors. ``cache`` is the
    folder of what earlier renders left, empty for none."""

    template: str
    fonts: FontSources = FontSources()
    cache: str = ""
    idle_seconds: Seconds
    busy_seconds: Seconds


class FormAssignment(Assignment):
    """``length`` bytes of a body follow: of a render, a preview or a clip, or of a batch of at most
    ``most_rows`` rows. ``query`` has the other fields of a CSV body."""

    kind: Literal["render", "preview", "link", "clip", "batch", "csv"]
    length: NonNegativeInt
    most_rows: NonNegativeInt = 0
    query: Mapping[str, Any] = {}
