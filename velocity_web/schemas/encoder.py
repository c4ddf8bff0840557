"""The numbers of an encoder configuration, as the OpenAPI document explains them; the engine checks them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, GetCoreSchemaHandler, PlainValidator, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from velocity_web.schemas.base import Int32, whole

LONGEST_NAME = 100


def _name_or_number(value: Any) -> Any:
    number = whole(value)
    if isinstance(number, int) and not isinstance(number, bool) and -(2**31) <= number < 2**31:
        return number
    if isinstance(value, str) and 1 <= len(value) <= LONGEST_NAME and value.isprintable():
        return value
    raise PydanticCustomError("codec_type", "a codec")


Codec = Annotated[
    int | str,
    PlainValidator(_name_or_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "format": "int32", "enum": [0, 1, 2], "description": "0: H.264, 1: H.265, 2: AV1"},
                {"type": "string", "description": "the name of a codec, of GET /render/codecs", "example": "vp9"},
            ]
        }
    ),
]


def _name(value: Any) -> Any:
    if isinstance(value, str) and 1 <= len(value) <= LONGEST_NAME and value.isprintable():
        return value
    raise PydanticCustomError("container_type", "a container")


Container = Annotated[
    str,
    PlainValidator(_name),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME, "examples": ["mp4", "webm"]}),
]
HeldFrames = Literal["skip", "encode"]
Tune = Literal["film", "animation"]
RateControlNumber = Annotated[
    int,
    Field(strict=True, ge=0, le=2),
    BeforeValidator(whole),
    WithJsonSchema({"type": "integer", "enum": [0, 1, 2], "description": "0: CBR, 1: VBR, 2: CQP"}),
]


class _Numbers:
    """The range that the document tells, and what is said of a number so large that the engine is not asked."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_before_validator_function(self._bounded, handler(source))

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, _handler: object) -> dict[str, Any]:
        return {"type": "integer", "format": "int32", "minimum": self.low, "maximum": self.high}

    def _bounded(self, value: Any) -> Any:
        number = whole(value)
        if isinstance(number, int) and not -(2**31) <= number < 2**31:
            raise PydanticCustomError("number_range", "a number", {"low": self.low, "high": self.high})
        return value


Bitrate = Annotated[Int32, _Numbers(1_000, 250_000_000)]
RatePart = Annotated[Int32, _Numbers(1, 1_000_000)]
Side = Annotated[Int32, _Numbers(16, 16_384)]
Preset = Annotated[Int32, _Numbers(0, 5)]
Distance = Annotated[Int32, _Numbers(1, 100_000)]
Profile = Annotated[Int32, _Numbers(0, 100)]
LevelNumber = Annotated[Int32, _Numbers(0, 186)]
Quantiser = Annotated[Int32, _Numbers(1, 63)]
AudioBitrate = Annotated[Int32, _Numbers(16_000, 512_000)]


def _two(value: Any) -> Any:
    if isinstance(value, list) and len(value) == 2:
        return value
    raise PydanticCustomError("resolution_type", "a resolution")


Resolution = Annotated[list[Side], Field(min_length=2, max_length=2), BeforeValidator(_two)]

WORDS = {
    "bitrate": "Bytes (not bits) per second of video. At rc 0 the stream has just these; at rc 1 it has at most these, "
    "and fewer where the picture does not need them; at rc 2 without qp it sets the quantiser.",
    "fps_num": "Frames per second, from 1 to 240 with fpsDenum; the template's own rate where it is left out.",
    "fps_denum": "What fpsNum is divided by, such as 1001 beside 30000; 1 where it is left out. Not without fpsNum.",
    "res": "[width, height] in pixels, even numbers; the template's own size where it is left out. Texts and shapes "
    "are drawn at that size; another aspect ratio is centred on the background.",
    "codec": "0: H.264 (where it is left out), 1: H.265 (mp4 and mov), 2: AV1 (mp4, avi, webm). Or the name of a codec "
    "that GET /render/codecs lists, such as vp9 or gif.",
    "preset": "From 0, slowest and smallest, to 5, fastest and largest; 3 (H.264, AV1) or 4 (H.265) where it is left "
    "out.",
    "rc": "Rate control. 0: CBR, a constant bitrate with filler. 1: VBR (where it is left out), an even quality whose "
    "bitrate is capped. 2: CQP, a constant quantiser.",
    "gop": "The longest distance of key frames in output frames; 1: key frames alone; 5 seconds where it is left out.",
    "idr": "The distance of IDR frames (key frames that nothing reaches across) in output frames, gop or longer; each "
    "key frame is one where it is left out. Longer than gop only at rc 1 and 2 (AV1: rc 2), and not for H.264 in avi "
    "or in profile 66.",
    "profile": "The codec's own number. H.264: 66 Baseline, 77 Main, 100 High. H.265: 1 Main. AV1: 0 Main.",
    "level": "The codec's own number. H.264: ten times the level, 41 for 4.1. H.265: thirty times the level, 123 for "
    "4.1. AV1: seq_level_idx, 9 for 4.1. The lowest that holds the video where it is left out.",
    "container": "mp4, mov (H.264, H.265), avi (H.264, AV1), webm (AV1), or one that GET /render/codecs lists. The "
    "codec's first where it is left out: mp4.",
    "qp": "The quantiser at rc 2, from 1, best, to 51 (H.264, H.265) or 63 (AV1).",
    "held_frames": "What becomes of frames that stand still. skip: where three or more follow each other, they are "
    "pictures of some fifty bytes that repeat what is shown. encode: they are encoded as all others. Where it is left "
    "out: skip for H.264 in mp4 and mov at rc 1 and 2.",
    "tune": "What presets 3 and 4 of H.264 are made for. film: pictures and clips. animation: shapes and letters. "
    "Where it is left out: film for templates whose pictures and clips are as large as a quarter of the composition.",
    "audio_bitrate": "Bits (not bytes) per second of sound; 192000 where it is left out.",
}
