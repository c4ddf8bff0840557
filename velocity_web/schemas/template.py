"""Templates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from velocity_web.schemas import states
from velocity_web.schemas.base import IdText, Page, RequestModel, ResponseModel, Time


def one_of(*values: str) -> WithJsonSchema:
    """The schema of a string that is one of ``values``."""
    return WithJsonSchema({"type": "string", "enum": list(values)})


JobStatus = Annotated[str, one_of(*states.ALL)]
RenderJobStatus = Annotated[
    str, one_of(*states.OF_RENDERS), Field(description="delivering: only of renders with destinations")
]


def lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


HistoryStatus = Annotated[Literal["completed", "failed"] | None, BeforeValidator(lower)]


class TemplateUploaded(ResponseModel):
    status: Annotated[str, one_of(states.UPLOADED, *states.ALL)]
    template_id: IdText
    job_id: IdText


class TemplateDto(ResponseModel):
    id: IdText
    name: str
    size_bytes: int
    created_at: Time


class TemplateJobDto(ResponseModel):
    job_id: IdText
    template_id: IdText
    template_name: str
    status: JobStatus
    created_at: Time
    completed_at: Time | None
    reason: str | None
    stage: Annotated[str, one_of(*states.STAGES)]
    warnings: list[FindingDto] = Field(default_factory=list)


class FindingDto(ResponseModel):
    """Something of a template that will not show as its author meant."""

    feature: str
    message: str
    severity: Literal["warning", "error"]
    instead: str
    file: str | None = None
    layer: str | None = None
    pointer: str | None = None


class LayerDto(ResponseModel):
    name: str
    path: str
    kind: str
    value: str | None = None
    customizable: bool | list[str]


class SlotDto(ResponseModel):
    """What the template's designer opened for replacement; ``layers`` are those that show it."""

    name: str
    kind: str = Field(description="text, color, number, point, path or picture; value for anything else")
    value: str
    layers: list[str]


class LayerPluginDto(ResponseModel):
    """A plugin that was installed when the template was uploaded: it draws in the place of any layer that takes one.

    ``dataSchema`` is the JSON schema of its data, where it has one.
    """

    name: str
    title: str
    description: str = ""
    data_schema: dict[str, Any] | None = None


class FontDto(ResponseModel):
    """A font that the template names; ``family`` and ``style`` as its author's program calls them."""

    name: str
    family: str = ""
    style: str = ""
    ascent: float | None = None
    weight: str = ""
    path: str = ""


class MarkerDto(ResponseModel):
    """A marker of the composition, in its frames, of which the first is 0."""

    name: str
    time: float
    duration: float = 0.0
    region: str = Field("", description="what becomes of it in a longer or shorter video, where its comment says that")


class MediaDto(ResponseModel):
    """A picture, clip or sound of the template; ``width`` and ``height`` of the box that it fills, in pixels.

    ``missing`` says what the package lacks, and is empty where nothing is missing.
    """

    id: str
    name: str = ""
    width: float = 0.0
    height: float = 0.0
    missing: str = ""
    pointer: str = ""


class LengthsDto(ResponseModel):
    """How short and how long videos of the template can become, in seconds; both are the same where no marker makes a
    part of its time elastic."""

    shortest: float
    longest: float


class TemplateDetail(TemplateDto):
    """A template with what can be customised in it."""

    width: int
    height: int
    frame_rate: float
    frame_count: int
    duration: float
    layers: list[LayerDto]
    slots: list[SlotDto]
    fonts: list[FontDto]
    markers: list[MarkerDto]
    lengths: LengthsDto | None = None
    plugins: list[LayerPluginDto]
    assets: list[MediaDto]
    warnings: list[FindingDto]


class FrameRangeDto(ResponseModel):
    """Frames from ``start``, which is included, to ``end``, which is not, counted from the template's first."""

    start: int
    end: int


class LayerTimeDto(ResponseModel):
    """When a layer is shown: from ``inPoint`` up to ``outPoint``, in frames counted from the first of the template, or
    for a layer inside a precomp ("Comp/Layer") in frames of that.
    """

    path: str
    in_point: float
    out_point: float


class TimelineDto(ResponseModel):
    """What happens when in a template, in its frames, counted from its first."""

    frame_count: int
    frame_rate: float
    markers: list[MarkerDto]
    layers: list[LayerTimeDto]
    held: list[FrameRangeDto] | None = Field(
        description="frames that show what the frame before shows, which a render does not draw anew; null where that "
        "is not known"
    )


class TemplateHistory(Page):
    status: HistoryStatus = None


class Preview(RequestModel):
    frame: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    width: Annotated[int | None, Field(ge=16, le=4096)] = None


class StorageStatusDto(ResponseModel):
    quota_mb: int = Field(serialization_alias="quotaMB")
    used_bytes: int
    available_bytes: int
    usage_percentage: float
