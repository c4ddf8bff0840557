"""Renders."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AnyHttpUrl, BeforeValidator, Field, StrictStr

from velocity_web import states
from velocity_web.schemas.base import Answer, Identifier, IdText, Int32, Name, Page, Positive32, Question, Time, whole
from velocity_web.schemas.template import FindingDto, JobStatus, lower, one_of

RateControlNumber = Annotated[int, BeforeValidator(whole), Field(strict=True, ge=0, le=2)]


class JobInfo(Question):
    """Frame range, half-open [fStart, fEnd), in frames of the composition."""

    f_start: Int32 | None = None
    f_end: Int32 | None = None


class EncoderConfigRequest(Question):
    """Video encoding settings; ``bitrate`` in bytes per second."""

    bitrate: Positive32
    fps_num: Int32 | None = None
    fps_denum: Int32 | None = None
    res: Annotated[list[Int32] | None, Field(min_length=2, max_length=2)] = None
    codec: Int32 | None = Field(None, description="0 H.264, 1 H.265, 2 AV1")
    preset: Int32 | None = Field(None, description="0 (slowest, smallest) to 5 (fastest)")
    rc: RateControlNumber | None = Field(None, description="0 CBR, 1 VBR (default), 2 CQP")
    gop: Int32 | None = None
    idr: Int32 | None = None
    profile: Int32 | None = None
    level: Int32 | None = None
    container: StrictStr | None = Field(None, description="mp4 (default), mov or avi")
    qp: Int32 | None = None
    audio_bitrate: Int32 | None = Field(None, description="bits per second")


class RenderOutput(Question):
    """How a video is encoded and whom to tell: what a render and a batch share."""

    audio_id: Identifier | None = None
    job_info: JobInfo | None = None
    encoder_config: EncoderConfigRequest
    webhook_url: AnyHttpUrl | None = None


class RenderRequest(RenderOutput):
    template_instance_id: Identifier | None = None
    template_id: Identifier | None = None
    name: Name
    customization_map: list[dict[str, Any]] | None = None


class BatchRow(Question):
    name: Name | None = None
    customization_map: list[dict[str, Any]] = Field(default_factory=list)
    audio_id: Identifier | None = None


class BatchRequest(RenderOutput):
    """Many videos of one template. ``rows`` inline, or ``csv``: its first line names a ``name`` column and layers."""

    template_instance_id: Identifier | None = None
    template_id: Identifier | None = None
    name: Name | None = None
    rows: list[BatchRow] | None = None
    csv: StrictStr | None = None


class BatchQuery(Question):
    """The fields of a batch whose rows come as a CSV body; not used with a JSON body."""

    template_id: Identifier | None = None
    template_instance_id: Identifier | None = None
    name: Name | None = None
    bitrate: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None
    codec: Annotated[int | None, Field(ge=0, le=2)] = None
    preset: Annotated[int | None, Field(ge=0, le=5)] = None


class RenderQuery(Question):
    dry_run: bool = False


class RenderQueued(Answer):
    render_id: IdText
    status: JobStatus


class RenderEstimate(Answer):
    """The answer to a dry run: nothing was queued. Nine renders of ten lie between least and most."""

    dry_run: Literal[True] = True
    frames: int
    expected_milliseconds: int
    least_milliseconds: int
    most_milliseconds: int
    expected_bytes: int
    least_bytes: int
    most_bytes: int
    warnings: list[FindingDto] = Field(default_factory=list)


class RenderDto(Answer):
    render_id: IdText
    template_instance_id: IdText | None
    template_id: IdText | None
    campaign_id: IdText | None
    name: str
    video_download_url: str
    template_instance_name: str | None
    template_name: str | None
    is_direct_render: bool
    rendered_at: Time
    render_time_milliseconds: int
    size_bytes: int


class RenderDetail(RenderDto):
    """A completed render with the settings it was made with."""

    completed_at: Time
    frames: int
    audio_id: IdText | None
    job_info: dict[str, Any]
    encoder_config: dict[str, Any]
    customization_map: list[dict[str, Any]]


class RenderJobDto(Answer):
    render_id: IdText
    name: str
    template_instance_id: IdText | None
    campaign_id: IdText | None
    template_instance_name: str | None
    template_id: IdText | None
    template_name: str | None
    is_direct_render: bool
    status: JobStatus
    video_download_url: str | None
    started_at: Time | None
    completed_at: Time | None
    render_time_milliseconds: int | None
    size_bytes: int | None
    reason: str | None
    created_at: Time
    progress: float = Field(ge=0, le=1)
    frames_done: int
    frames_total: int
    estimated_remaining_milliseconds: int | None


class RenderHistory(Question):
    status: Annotated[Literal["completed", "failed", "cancelled"] | None, BeforeValidator(lower)] = None
    skip: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    take: Annotated[int, Field(ge=1, le=200)] = 100


class RenderCancelled(Answer):
    render_id: IdText
    status: JobStatus
    message: str


class RenderTimeBudgetStatusDto(Answer):
    used_milliseconds: int
    remaining_milliseconds: int
    total_milliseconds: int
    usage_percentage: float


class BatchRowResult(Answer):
    row: int
    name: str
    status: Annotated[str, one_of("rejected", *states.ALL)]
    render_id: IdText | None = None
    video_download_url: str | None = None
    progress: float = 0.0
    reason: str | None = None
    errors: dict[str, list[str]] | None = None


class BatchDto(Answer):
    batch_id: IdText
    name: str
    template_id: IdText
    created_at: Time
    status: Annotated[str, one_of("processing", "completed", "cancelled")]
    progress: float
    rows_total: int
    counts: dict[str, int]


class BatchDetail(BatchDto):
    rows: list[BatchRowResult]


class BatchPage(Page):
    """Lists of batches."""


class WebhookDeliveryDto(Answer):
    id: IdText
    render_id: IdText
    url: str
    event: str
    status: Annotated[str, one_of("pending", "delivered", "failed")]
    attempts: int
    next_attempt_at: Time | None
    response_code: int | None
    reason: str | None
    created_at: Time
    completed_at: Time | None


class WebhookLog(Page):
    render_id: Identifier | None = None


class WebhookSecret(Answer):
    """The Standard Webhooks secret that signs this account's deliveries."""

    secret: str
