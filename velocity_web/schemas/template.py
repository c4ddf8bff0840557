"""Templates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from velocity_web.schemas.base import Answer, Identifier, Page, Question, Time

JobStatus = Literal["pending", "processing", "cancelling", "completed", "failed", "cancelled", "deleted"]


def lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


HistoryStatus = Annotated[Literal["completed", "failed"] | None, BeforeValidator(lower)]


class TemplateUploaded(Answer):
    status: JobStatus | Literal["uploaded"]
    template_id: Identifier
    job_id: Identifier


class TemplateDto(Answer):
    id: Identifier
    name: str
    size_bytes: int
    created_at: Time


class TemplateJobDto(Answer):
    job_id: Identifier
    template_id: Identifier
    template_name: str
    status: JobStatus
    created_at: Time
    completed_at: Time | None
    reason: str | None
    stage: Literal["uploaded", "validating", "extracting", "analyzing", "completed", "failed"]
    warnings: list[FindingDto] = []


class FindingDto(Answer):
    """Something of a template that will not show as its author meant."""

    feature: str
    message: str
    severity: Literal["warning", "error"]
    instead: str
    file: str | None = None
    layer: str | None = None
    pointer: str | None = None


class LayerDto(Answer):
    name: str
    path: str
    kind: str
    value: str | None = None
    customizable: bool | list[str]


class TemplateDetail(TemplateDto):
    """A template with what can be customised in it."""

    width: int
    height: int
    frame_rate: float
    frame_count: int
    duration: float
    layers: list[LayerDto]
    fonts: list[Any]
    markers: list[Any]
    assets: list[Any]
    warnings: list[FindingDto]


class TemplateHistory(Page):
    status: HistoryStatus = None


class Preview(Question):
    frame: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    width: Annotated[int | None, Field(ge=16, le=4096)] = None


class StorageStatusDto(Answer):
    quota_mb: int = Field(alias="quotaMB")
    used_bytes: int
    available_bytes: int
    usage_percentage: float
