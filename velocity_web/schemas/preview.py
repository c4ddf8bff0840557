"""Previews: pictures and short clips of a template with values of one's own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StrictStr

from velocity_web.schemas.base import Identifier, RequestModel, ResponseModel, whole
from velocity_web.schemas.captions import CaptionsRequest
from velocity_web.schemas.customization import MapEntry
from velocity_web.schemas.duration import DURATION, DurationRequest
from velocity_web.schemas.link import USUAL_LINK, ExpiresSeconds
from velocity_web.schemas.motion_blur import MOTION_BLUR, MotionBlurRequest
from velocity_web.schemas.template import FindingDto

MAX_FRAMES = 64
CONTENT_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
CLIP_TYPES = {"mp4": "video/mp4", "webm": "video/webm"}

FrameNumber = Annotated[int, Field(strict=True, ge=0, le=10_000_000), BeforeValidator(whole)]
Columns = Annotated[int, Field(strict=True, ge=1, le=MAX_FRAMES), BeforeValidator(whole)]
Width = Annotated[int, Field(strict=True, ge=16, le=4096), BeforeValidator(whole)]
ClipWidth = Annotated[int, Field(strict=True, ge=64, le=640), BeforeValidator(whole)]
ClipRate = Annotated[int, Field(strict=True, ge=1, le=15), BeforeValidator(whole)]
Marker = Annotated[StrictStr, Field(min_length=1, max_length=1000)]


class ReplacingRequest(RequestModel):
    """What is replaced in the template, as in a render: by the entries of an instance, then by those of the request."""

    customization_map: list[MapEntry] | None = None

    template_instance_id: Identifier | None = Field(
        None, description="an instance of the template, whose entries come before those of customizationMap"
    )

    captions: CaptionsRequest | None = None
    duration: DurationRequest | None = Field(None, description=DURATION + ". Frames are then counted on its timeline")
    motion_blur: MotionBlurRequest | None = Field(None, description=MOTION_BLUR)


class PreviewRequest(ReplacingRequest):
    """A picture of one frame, or of several side by side: at most one of frame, marker and frames."""

    frame: FrameNumber | None = Field(None, description="which frame of the composition, from 0; 0 if left out")
    marker: Marker | None = Field(None, description="the name of a marker, in place of the number of its frame")
    frames: Annotated[list[FrameNumber], Field(min_length=1, max_length=MAX_FRAMES)] | None = Field(
        None, description="several frames: a contact sheet, row by row, without gaps"
    )
    columns: Columns | None = Field(
        None, description="how many frames of a contact sheet stand side by side; by default as many as make it square"
    )
    width: Width | None = Field(
        None, description="of each frame, in pixels; by default the composition's, in a contact sheet at most 320"
    )
    format: Literal["png", "jpeg", "webp"] = Field("png", description="JPEG has no alpha: its ground is black")


class PreviewLinkRequest(PreviewRequest):
    """A preview that a link shows."""

    expires_seconds: ExpiresSeconds = USUAL_LINK


class ClipRequest(ReplacingRequest):
    """A short, small video of some frames."""

    start_frame: FrameNumber | None = Field(None, description="which frame is the first, from 0; 0 if left out")
    end_frame: FrameNumber | None = Field(
        None, description="the frame after the last one; if left out, as many as a clip may have"
    )
    marker: Marker | None = Field(None, description="the name of a marker that has a duration, in place of both")
    width: ClipWidth = Field(320, description="in pixels; odd ones become even")
    frame_rate: ClipRate = Field(12, description="frames a second")
    format: Literal["mp4", "webm"] = Field("mp4", description="mp4 is H.264, webm is AV1")


class PreviewDto(ResponseModel):
    """A preview as JSON, for who asks for that by Accept."""

    content_type: str
    image: str = Field(description="the picture's bytes in base64")
    width: int = Field(description="of the whole picture, in pixels")
    height: int
    frame: float = Field(description="the first of frames")
    frames: list[float] = Field(description="which frames are shown, from 0, row by row")
    columns: int = Field(description="how many stand side by side")
    findings: list[FindingDto]
