"""What an administrator sees and sets: users, the queue, workers, the cache."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StrictBool

from velocity_web.schemas import scopes
from velocity_web.schemas.account import NewKeyDto, Scopes
from velocity_web.schemas.base import IdText, Name, RequestModel, ResponseModel, Time, whole_number
from velocity_web.settings import MOST_BUDGET_MS, MOST_QUOTA_MB

Quota = Annotated[int, *whole_number(0, MOST_QUOTA_MB)]
Budget = Annotated[int, *whole_number(0, MOST_BUDGET_MS)]


class UserDto(ResponseModel):
    """A user; ``validKeys`` is how many of its keys are valid."""

    id: IdText
    name: str
    disabled: bool
    created_at: Time
    quota_mb: int = Field(serialization_alias="quotaMB")
    used_bytes: int
    budget_milliseconds: int
    used_milliseconds: int
    valid_keys: int


class UserRequest(RequestModel):
    name: Name
    quota_mb: Quota | None = Field(None, alias="quotaMB", description="in MiB; the service's default where left out")
    budget_milliseconds: Budget | None = Field(None, description="the service's default where left out")
    scopes: Scopes = Field(default_factory=lambda: list(scopes.USUAL), description="of the user's first key")


class NewUserDto(UserDto):
    """A new user with its first key."""

    first_key: NewKeyDto


class UserChange(RequestModel):
    """What is left out stays as it is."""

    name: Name | None = None
    quota_mb: Quota | None = Field(None, alias="quotaMB")
    budget_milliseconds: Budget | None = None
    disabled: StrictBool | None = None


class UserQueueDto(ResponseModel):
    """Of a user: jobs of one kind that wait, and that are worked on."""

    user_id: IdText
    user_name: str
    waiting: int
    working: int


class QueueDto(ResponseModel):
    """Jobs of one kind (render, template, audio, asset). ``users`` are those with the most, at most a hundred."""

    kind: str
    waiting: int
    working: int
    oldest_waiting_seconds: float
    users: list[UserQueueDto]


class WorkerJobDto(ResponseModel):
    id: IdText
    kind: str
    name: str
    user_id: IdText
    user_name: str
    attempt: int
    started_at: Time | None
    frames_done: int | None
    frames_total: int | None


class WorkerDto(ResponseModel):
    """A worker process that was heard of within fifteen seconds, and what it does."""

    id: str
    render_slots: int
    other_slots: int
    renders: int
    others: int
    last_seen_at: Time
    jobs: list[WorkerJobDto]


class CacheDto(ResponseModel):
    """What earlier renders left for later ones, in the data folder of the server that answers."""

    entries: int
    bytes: int
    limit_bytes: int
    accounts: int


class CacheCleared(ResponseModel):
    """What was removed."""

    entries: int
    bytes: int
