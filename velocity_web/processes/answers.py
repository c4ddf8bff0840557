"""What a child may say: it works on strangers' files, so its words are looked at before anything is done by them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from velocity_web.schemas import states
from velocity_web.schemas.metadata import Metadata

MAX_NUMBER = 2**53
LINE_BYTES = 64 << 20
REASON_CHARACTERS = 4000


class NotUnderstood(Exception):
    """The child said what no task says."""


def _plain(text: str) -> str:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")[:REASON_CHARACTERS]


Text = Annotated[str, AfterValidator(_plain)]
Count = Annotated[int, Field(ge=0, le=MAX_NUMBER)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class Progress(_Strict):
    done: Count
    total: Count
    remaining_ms: Count | None


Moments = Annotated[list[FiniteFloat], Field(min_length=2, max_length=2)]


class RenderResult(_Strict):
    frames: Count
    size_bytes: Count
    warnings: list[dict[str, Any]]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    poster_sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    captions: dict[str, Any] | None = None
    """Those of a file that was fetched."""
    reused_frames: Count = 0
    times: dict[Literal["prepare", "frames", "check", "store"], Moments] = {}
    """When each stage began and ended, of ``time.monotonic``, which is the same for all processes of a machine."""
    stage_seconds: dict[Annotated[str, Field(pattern="^[a-z_]{1,32}$")], FiniteFloat] = Field({}, max_length=32)
    """How long the engine's stages worked while frames were made, over all threads."""


class AudioResult(_Strict):
    seconds: Annotated[FiniteFloat, Field(gt=0, le=MAX_NUMBER)]


class AssetResult(_Strict):
    """``cues`` are those of a caption file."""

    kind: Literal["image", "video", "captions"]
    format: Annotated[str, Field(pattern="^[a-z0-9]{1,16}$")]
    width: Count
    height: Count
    seconds: Annotated[FiniteFloat, Field(ge=0, le=MAX_NUMBER)] | None
    cues: list[dict[str, Any]] | None = None


FontName = Annotated[str, Field(max_length=500)]


class FontFaceResult(_Strict):
    postscript: FontName
    family: FontName
    style: FontName
    weight: Annotated[int, Field(ge=0, le=65_535)]
    italic: bool
    variable: bool


class FontResult(_Strict):
    format: Literal["ttf", "otf", "ttc"]
    unpacked: bool
    faces: Annotated[list[FontFaceResult], Field(min_length=1, max_length=64)]


class TemplateResult(BaseModel):
    """The analysis, which is kept as it is."""

    model_config = ConfigDict(strict=True, extra="allow", frozen=True)
    width: Count
    height: Count
    frame_rate: FiniteFloat
    frame_count: FiniteFloat
    duration: FiniteFloat
    span: Annotated[list[FiniteFloat], Field(min_length=2, max_length=2)]
    layers: list[dict[str, Any]]
    fonts: list[dict[str, Any]]
    markers: list[dict[str, Any]]
    assets: list[dict[str, Any]]
    findings: list[dict[str, Any]]


Errors = dict[str, list[Text]]


class FormHead(_Strict):
    """What a body says, without its customization maps; ``captions`` are JSON, and ``captions_source`` names the file
    that has their cues."""

    errors: Errors
    warnings: list[Text]
    request: dict[str, Any] | None
    captions: str | None = None
    captions_source: dict[str, str] | None = None
    digest: Text = ""
    rows: Count = 0


class Refused(_Strict):
    """Why a body is none."""

    detail: Text
    errors: Errors


class LengthAnswer(_Strict):
    """Of a video whose length is chosen: frames in all, those that are held, and those at which its regions cut it,
    where it begins and ends on the timeline, where that ends, and where it has the markers, if that was asked."""

    frames: Count
    held: Count
    cuts: Count
    start: FiniteFloat
    end: FiniteFloat
    whole: FiniteFloat
    markers: list[dict[str, Any]] = []


class MapAnswer(_Strict):
    """What is wrong with one customization map, what of it would not show, and how long its video becomes where that
    was asked."""

    errors: Errors
    warnings: list[dict[str, Any]]
    length: LengthAnswer | None = None


class Checked(_Strict):
    """What is wrong with all maps together, and with each."""

    shared: Errors
    maps: list[MapAnswer]


Milliseconds = Annotated[FiniteFloat, Field(ge=0, le=MAX_NUMBER)]
SampledWindow = tuple[Count, Annotated[int, Field(ge=1, le=MAX_NUMBER)], Count, Count]


Size = tuple[Annotated[int, Field(ge=1, le=MAX_NUMBER)], Annotated[int, Field(ge=1, le=MAX_NUMBER)]]


class Sampled(_Strict):
    """What a few frames of a render took: ``size`` in pixels; of each window its first frame, its frames, bits of its
    key frame and of the others."""

    size: Size
    windows: Annotated[list[SampledWindow], Field(min_length=1, max_length=64)]
    draw_ms: Milliseconds
    encode_ms: Milliseconds
    whole: bool
    first_ms: Milliseconds


class SampledPoster(_Strict):
    """What a poster took."""

    size: Size
    size_bytes: Annotated[int, Field(ge=1, le=MAX_NUMBER)]
    milliseconds: Milliseconds


class SampleAnswer(_Strict):
    """``taken`` is None where no frame was asked for or came to its end in time, ``poster`` where none was asked for or
    drawn."""

    taken: Sampled | None
    poster: SampledPoster | None = None


class SharedAnswer(_Strict):
    """Frames of all renders that were counted, and those that are left where what is the same counts once."""

    frames: Count
    unique: Count


class CachedAnswer(_Strict):
    """Frames that are cached, of so many renders."""

    frames: Count
    renders: Count


class Previewed(_Strict):
    """What is wrong with a preview, by field; else its digest, whether it was drawn (not where that digest was known),
    its size in pixels (0 of none), what does not show as its author meant, and which frames are shown where
    that was not known before."""

    errors: Errors
    digest: Annotated[str, Field(pattern="^[0-9a-f]{32}$")] | None
    drawn: bool
    width: Count
    height: Count
    warnings: list[dict[str, Any]]
    frames: list[FiniteFloat] = []


Named = Annotated[list[Any], Field(min_length=3, max_length=3)]


class Message(_Strict):
    """What is set depends on the task: ``head`` to ``end`` are of forms, ``named`` to ``cached`` of checks,
    ``named`` and ``preview`` of previews."""

    stage: Annotated[str, Field(pattern="^[a-z]{1,32}$")] | None = None
    progress: Progress | None = None
    result: dict[str, Any] | None = None
    failed: Text | None = None
    head: FormHead | None = None
    map: str | None = None
    invalid: Refused | None = None
    number: Count | None = None
    name: str | None = None
    audio: str | None = None
    audio_source: dict[Literal["url", "connection", "path"], str] | None = None
    metadata: Metadata | None = None
    captions: str | None = None
    captions_source: dict[str, str] | None = None
    errors: Errors | None = None
    end: Count | None = None
    named: list[list[Named]] | None = None
    checked: Checked | None = None
    sample: SampleAnswer | None = None
    shared: SharedAnswer | None = None
    cached: CachedAnswer | None = None
    preview: Previewed | None = None


RESULTS: dict[str, type[BaseModel]] = {
    states.RENDER: RenderResult,
    states.AUDIO: AudioResult,
    states.TEMPLATE: TemplateResult,
    states.ASSET: AssetResult,
    states.FONT: FontResult,
}


def read_message(line: bytes, kind: str) -> Message:
    """One line from the child of a job or task of this kind. Raises NotUnderstood."""
    try:
        message = Message.model_validate_json(line)
        if message.result is not None and kind in RESULTS:
            RESULTS[kind].model_validate(message.result)
    except ValidationError as error:
        raise NotUnderstood(str(error)) from None
    return message
