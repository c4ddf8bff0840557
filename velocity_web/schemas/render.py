"""Renders."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AnyHttpUrl, BeforeValidator, Field, StrictStr

from velocity_web.schemas import states
from velocity_web.schemas.audio_mix import AudioMixRequest
from velocity_web.schemas.base import (
    Identifier,
    IdText,
    Int32,
    Name,
    Page,
    RequestModel,
    ResponseModel,
    Skip,
    Time,
    Wait,
    at_most,
)
from velocity_web.schemas.captions import CaptionPosition, CaptionsRequest, CaptionsSource, CaptionStyle
from velocity_web.schemas.customization import MapEntry
from velocity_web.schemas.destination import DestinationDto, Destinations
from velocity_web.schemas.documented import DescribedBy
from velocity_web.schemas.duration import DURATION, DurationRequest, Follows
from velocity_web.schemas.encoder import (
    WORDS,
    AudioBitrate,
    Bitrate,
    Codec,
    Container,
    Distance,
    HeldFrames,
    LevelNumber,
    Preset,
    Profile,
    Quantiser,
    RateControlNumber,
    RatePart,
    Resolution,
    Tune,
)
from velocity_web.schemas.metadata import FILTER, METADATA, Metadata
from velocity_web.schemas.motion_blur import MOTION_BLUR, MotionBlurRequest
from velocity_web.schemas.sentences import SIZE
from velocity_web.schemas.source import SourceRequest
from velocity_web.schemas.template import FindingDto, JobStatus, MarkerDto, RenderJobStatus, lower, one_of

ExecutorName = Annotated[StrictStr, Field(min_length=1, max_length=200)]
EXECUTOR = "what renders the segments, of the executors that this service allows; its own choice if left out"


Fonts = Literal["boxes", "strict"]
FONTS = "what letters that no font has become: boxes with a warning, or an error (strict); boxes if left out"


class JobInfo(RequestModel):
    """Which frames are rendered: from fStart, which is included, to fEnd, which is not."""

    f_start: Int32 | None = Field(
        None,
        description="the first frame, from 0, in frames of the composition at its own rate; 0 if left out; with a "
        "duration, on the timeline of the video",
    )
    f_end: Int32 | None = Field(
        None, description="the frame after the last one: 0 and 150 are 150 frames; the end if left out"
    )


class EncoderConfigRequest(RequestModel):
    """Video encoding settings; only ``bitrate`` is required."""

    bitrate: Bitrate = Field(description=WORDS["bitrate"])
    fps_num: RatePart | None = Field(None, description=WORDS["fps_num"])
    fps_denum: RatePart | None = Field(None, description=WORDS["fps_denum"])
    res: Resolution | None = Field(None, description=WORDS["res"])
    codec: Codec | None = Field(None, description=WORDS["codec"])
    preset: Preset | None = Field(None, description=WORDS["preset"])
    rc: RateControlNumber | None = Field(None, description=WORDS["rc"])
    gop: Distance | None = Field(None, description=WORDS["gop"])
    idr: Distance | None = Field(None, description=WORDS["idr"])
    profile: Profile | None = Field(None, description=WORDS["profile"])
    level: LevelNumber | None = Field(None, description=WORDS["level"])
    container: Container | None = Field(None, description=WORDS["container"])
    qp: Quantiser | None = Field(None, description=WORDS["qp"])
    held_frames: HeldFrames | None = Field(None, description=WORDS["held_frames"])
    tune: Tune | None = Field(None, description=WORDS["tune"])
    audio_bitrate: AudioBitrate | None = Field(None, description=WORDS["audio_bitrate"])


ENCODER_FIELDS = tuple(str(field.alias) for field in EncoderConfigRequest.model_fields.values())


PosterFormat = Literal["png", "jpeg", "webp"]


class PosterRequest(RequestModel):
    """A picture of one frame beside the video, with the video's size and ground."""

    frame: Int32 | None = Field(
        None,
        description="which frame of the composition, from 0; the middle of what is rendered if left out",
    )
    format: PosterFormat = Field("png", description="JPEG has no alpha")


class OutputRequest(RequestModel):
    """What is made beside the video."""

    poster: PosterRequest | None = None


class RenderOutput(RequestModel):
    """How a video is encoded and whom to tell: what a render and a batch share."""

    metadata: Metadata | None = Field(None, description=METADATA)
    audio_id: Identifier | None = None
    audio: AudioMixRequest | None = None
    captions: CaptionsRequest | None = None
    duration: DurationRequest | None = Field(None, description=DURATION)
    motion_blur: MotionBlurRequest | None = Field(None, description=MOTION_BLUR)
    job_info: JobInfo | None = None
    encoder_config: EncoderConfigRequest
    webhook_url: AnyHttpUrl | None = None
    executor: ExecutorName | None = Field(None, description=EXECUTOR)
    output: OutputRequest | None = None
    destinations: Destinations | None = Field(
        None, description="where each video is sent when it is made, beside being kept for download"
    )
    fonts: Fonts | None = Field(None, description=FONTS)


class RenderRequest(RenderOutput):
    template_instance_id: Identifier | None = None
    template_id: Identifier | None = None
    name: Name
    customization_map: list[MapEntry] | None = None


class BatchRow(RequestModel):
    name: Name | None = None
    customization_map: list[MapEntry] = Field(default_factory=list)
    audio_id: Identifier | None = None
    audio: SourceRequest | None = Field(None, description="the row's audio file, in place of audioId")
    captions: CaptionsSource | None = Field(
        None, description="what is said in the row's video, in place of the batch's captions, which say how it looks"
    )
    metadata: Metadata | None = Field(None, description="of the row's render; that of the batch is its own")


class BatchRequest(RenderOutput):
    """Many videos of one template. ``rows`` inline, or ``csv``: its first line names a ``name`` column and layers."""

    template_instance_id: Identifier | None = None
    template_id: Identifier | None = None
    name: Name | None = None
    rows: list[BatchRow] | None = None
    csv: StrictStr | None = None


def _digits(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() and len(value) < 12 else value


def _seconds(value: Any) -> Any:
    """A number that stands in a query, as one."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


QueryDuration = Annotated[float | Follows, BeforeValidator(_seconds)]
QueryNumber = Annotated[Int32 | None, BeforeValidator(_digits)]
QueryCodec = Annotated[Codec | None, BeforeValidator(_digits)]


class BatchQuery(RequestModel):
    """``dryRun``, and the fields of a batch whose rows come as a CSV body; these are not used with a JSON body."""

    dry_run: bool = Field(False, description="check all rows, estimate, and queue nothing")
    metadata: Metadata | None = Field(None, description="of the batch, such as metadata.order=17")
    template_id: Identifier | None = Field(None, examples=["550e8400-e29b-41d4-a716-446655440000"])
    template_instance_id: Identifier | None = None
    name: Name | None = None
    audio_id: Identifier | None = None
    webhook_url: AnyHttpUrl | None = None
    bitrate: QueryNumber = Field(None, examples=[625_000])
    codec: QueryCodec = None
    preset: QueryNumber = None
    fps_num: QueryNumber = None
    fps_denum: QueryNumber = None
    res: Annotated[str | None, Field(pattern=SIZE, description="such as 1280x720")] = None
    rc: QueryNumber = None
    gop: QueryNumber = None
    idr: QueryNumber = None
    profile: QueryNumber = None
    level: QueryNumber = None
    container: str | None = None
    qp: QueryNumber = None
    held_frames: HeldFrames | None = None
    tune: Tune | None = None
    audio_bitrate: QueryNumber = None
    f_start: QueryNumber = None
    f_end: QueryNumber = None
    duration: QueryDuration | None = Field(None, description=DURATION + ": 17.4, audio or layer:Clip")
    executor: ExecutorName | None = Field(None, description=EXECUTOR)
    poster_frame: QueryNumber = Field(None, description="each row gets a poster, of this frame of the composition")
    poster_format: PosterFormat | None = Field(None, description="each row gets a poster, of this format")
    fonts: Fonts | None = Field(None, description=FONTS)
    caption_style: CaptionStyle | None = Field(None, description="how what the column captions says looks")
    caption_layer: Name | None = Field(None, description="the layer that shows it, as in captions.layer")
    caption_position: CaptionPosition | None = Field(None, description="where it stands")

    def as_body(self) -> dict[str, Any]:
        """The batch request that they mean, without its rows."""
        asked = self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"dry_run"})
        encoder = {key: asked.pop(key) for key in ENCODER_FIELDS if key in asked}
        if "res" in encoder:
            encoder["res"] = [int(side) for side in encoder["res"].lower().split("x")]
        info = {key: asked.pop(key) for key in ("fStart", "fEnd") if key in asked}
        names = {"posterFrame": "frame", "posterFormat": "format"}
        poster = {names[key]: asked.pop(key) for key in names if key in asked}
        captions = {IN_CAPTIONS[key]: asked.pop(key) for key in IN_CAPTIONS if key in asked}
        body = {**asked, "encoderConfig": encoder}
        if "duration" in body:
            body["duration"] = {"from" if isinstance(body["duration"], str) else "seconds": body["duration"]}
        if info:
            body["jobInfo"] = info
        if poster:
            body["output"] = {"poster": poster}
        if captions:
            body["captions"] = captions
        return body


IN_CAPTIONS = {"captionStyle": "style", "captionLayer": "layer", "captionPosition": "position"}
IN_QUERY = {"output.poster.frame": "posterFrame", "output.poster.format": "posterFormat"}
IN_QUERY |= {f"captions.{field}": parameter for parameter, field in IN_CAPTIONS.items()}


def in_query(field: str) -> str:
    """The parameter of ``BatchQuery`` that says a field of a batch's body; other fields as they are."""
    return IN_QUERY.get(field, field.removeprefix("encoderConfig.").removeprefix("jobInfo."))


class RenderQuery(RequestModel):
    dry_run: bool = False


class Labelled(RequestModel):
    """A list that the metadata of its entries narrows."""

    metadata: Metadata | None = Field(None, description=FILTER)


class LabelledPage(Labelled, Page):
    """A page of such a list."""


class ContainerDto(ResponseModel):
    """A kind of file. ``frames``: which frames of a render it takes."""

    name: str = Field(description="as in encoderConfig.container")
    ending: str
    mime_type: str
    frames: Annotated[str, one_of("all", "first", "none")]


class CodecDto(ResponseModel):
    """A codec that renders can be encoded with; the first of its containers is the usual one."""

    name: str = Field(description="as in encoderConfig.codec")
    number: int | None = Field(description="the same as a number, where it has one")
    title: str
    containers: list[ContainerDto]
    keeps_alpha: bool = Field(description="whether what is clear stays clear")
    odd_sizes: bool = Field(description="whether encoderConfig.res may be odd")


class RenderQueued(ResponseModel):
    render_id: IdText
    status: JobStatus


class VideoTimelineDto(ResponseModel):
    """The timeline of a whole video whose duration is chosen, in frames of the composition from its first on."""

    frame_count: int = Field(description="how many whole frames it lasts")
    markers: list[MarkerDto] = Field(description="the template's markers where the video has them")


class RenderEstimate(ResponseModel):
    """The answer to a dry run: nothing was queued. Nine renders of ten lie between least and most.

    ``cachedFrames`` need not be drawn, since an earlier render left them; null where that is not known.
    """

    dry_run: Literal[True] = True
    frames: int
    seconds: float = Field(description="how long the video is")
    expected_milliseconds: int
    least_milliseconds: int
    most_milliseconds: int
    expected_bytes: int
    least_bytes: int
    most_bytes: int
    cached_frames: int | None = None
    timeline: VideoTimelineDto | None = Field(None, description="where the request has a duration")
    warnings: list[FindingDto] = Field(default_factory=list)


class RenderDto(ResponseModel):
    render_id: IdText
    template_instance_id: IdText | None
    template_id: IdText | None
    campaign_id: IdText | None
    name: str
    video_download_url: str
    poster_download_url: str | None
    template_instance_name: str | None
    template_name: str | None
    is_direct_render: bool
    rendered_at: Time
    render_time_milliseconds: int
    size_bytes: int
    metadata: dict[str, str] = Field(default_factory=dict)


class RenderDetail(RenderDto):
    """A completed render with the settings it was made with."""

    completed_at: Time
    frames: int
    audio_id: IdText | None
    job_info: Annotated[dict[str, Any], DescribedBy(JobInfo)]
    encoder_config: Annotated[dict[str, Any], DescribedBy(EncoderConfigRequest)]
    duration: Annotated[dict[str, Any], DescribedBy(DurationRequest)] | None = None
    captions: Annotated[dict[str, Any], DescribedBy(CaptionsRequest)] | None = None
    motion_blur: Annotated[dict[str, Any], DescribedBy(MotionBlurRequest)] | None = None
    customization_map: list[MapEntry]
    warnings: list[FindingDto]
    destinations: list[DestinationDto] = Field(default_factory=list)


class RenderJobDto(ResponseModel):
    render_id: IdText
    name: str
    template_instance_id: IdText | None
    campaign_id: IdText | None
    template_instance_name: str | None
    template_id: IdText | None
    template_name: str | None
    is_direct_render: bool
    status: RenderJobStatus
    video_download_url: str | None
    poster_download_url: str | None
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
    metadata: dict[str, str] = Field(default_factory=dict)


class RenderStatusDto(RenderJobDto):
    """With what does not show as its author meant: first as the check found it, at the end as the render did."""

    warnings: list[FindingDto]
    stage: Annotated[str, one_of(*states.RENDER_STAGES)] | None = Field(
        None, description="what is done for it now; null where it waits or has ended"
    )
    destinations: list[DestinationDto] = Field(default_factory=list)


class RenderHistory(Labelled):
    status: Annotated[Literal["completed", "failed", "cancelled"] | None, BeforeValidator(lower)] = None
    skip: Skip = 0
    take: Annotated[
        int, Field(ge=1, description="how many to list, at most 200; a larger number lists 200"), *at_most(200)
    ] = 100


class RenderCancelled(ResponseModel):
    render_id: IdText
    status: JobStatus
    message: str


class RenderTimeBudgetStatusDto(ResponseModel):
    used_milliseconds: int
    remaining_milliseconds: int
    total_milliseconds: int
    usage_percentage: float


class BatchRowResult(ResponseModel):
    row: int
    name: str
    status: Annotated[str, one_of(states.REJECTED, *states.OF_RENDERS)]
    render_id: IdText | None = None
    video_download_url: str | None = None
    poster_download_url: str | None = None
    progress: float = 0.0
    reason: str | None = None
    errors: dict[str, list[str]] | None = None
    metadata: dict[str, str] = Field(default_factory=dict)


class BatchDto(ResponseModel):
    batch_id: IdText
    name: str
    template_id: IdText
    created_at: Time
    status: Annotated[
        str, one_of(states.QUEUEING, states.PROCESSING, states.COMPLETED, states.FAILED, states.CANCELLED)
    ] = Field(description="failed: all of its renders failed")
    progress: float
    rows_total: int
    rows_checked: int
    counts: dict[str, int]
    seconds: float | None
    unique_seconds: float | None
    metadata: dict[str, str] = Field(default_factory=dict)


class BatchDetail(BatchDto):
    """A batch with a page of its rows."""

    rows: list[BatchRowResult]


class BatchRowEstimate(ResponseModel):
    """What the dry run of a batch tells of one row: what that of a render tells. What all rows share is told once, with
    the batch. ``frames`` and what follows are null where the length follows a file that was not looked at."""

    row: int = Field(description="its number, from 0")
    name: str
    frames: int | None = None
    seconds: float | None = None
    expected_milliseconds: int | None = None
    least_milliseconds: int | None = None
    most_milliseconds: int | None = None
    expected_bytes: int | None = None
    least_bytes: int | None = None
    most_bytes: int | None = None
    warnings: list[FindingDto] = Field(default_factory=list)


class BatchEstimate(ResponseModel):
    """The answer to a dry run of a batch: nothing was queued. The sums are of the rows that are valid.

    ``uniqueSeconds`` of video are left of ``seconds`` where what is the same in several rows counts once; null where
    that is not known. ``cachedFrames`` need not be drawn, since an earlier render left them; so many ``cachedRows``
    were looked at. ``warnings`` are of the template, and of the first thousand rows. ``rows`` are the first thousand of
    those in which nothing is wrong.
    """

    dry_run: Literal[True] = True
    rows_total: int
    rows_valid: int
    rows_rejected: int
    frames: int
    expected_milliseconds: int
    least_milliseconds: int
    most_milliseconds: int
    expected_bytes: int
    least_bytes: int
    most_bytes: int
    seconds: float
    unique_seconds: float | None
    cached_frames: int
    cached_rows: int
    errors: dict[str, list[str]]
    warnings: list[FindingDto] = Field(default_factory=list)
    rows: list[BatchRowEstimate] = Field(default_factory=list)
    rows_unseen: list[int] = Field(
        default_factory=list,
        description="the numbers, from 0, of valid rows of whose files elsewhere not all were here in time",
    )


class BatchRows(RequestModel):
    """Which of a batch's rows are shown."""

    wait: Wait = 0.0
    skip: Skip = 0
    take: Annotated[
        int,
        Field(ge=1, description="how many rows to show, at most 10000; a larger number shows 10000"),
        *at_most(10_000),
    ] = 1000
