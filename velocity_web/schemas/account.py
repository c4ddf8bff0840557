"""An account as it sees itself, and its keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StrictStr

from velocity_web.schemas import scopes
from velocity_web.schemas.base import IdText, Name, RequestModel, ResponseModel, Time, whole_number
from velocity_web.schemas.render import RenderTimeBudgetStatusDto
from velocity_web.schemas.scopes import Scope
from velocity_web.schemas.sentences import ORIGIN
from velocity_web.schemas.template import StorageStatusDto

LONGEST_KEY_LIFE = 315_360_000  # seconds: ten years
LONGEST_KEPT = 2_592_000  # seconds: thirty days
MOST_ORIGINS = 50


def in_order(asked: list[Scope]) -> list[Scope]:
    """Each scope once, in the order in which they are always told."""
    return [scope for scope in scopes.ALL if scope in asked]


Scopes = Annotated[list[Scope], Field(min_length=1), AfterValidator(in_order)]
Origin = Annotated[StrictStr, Field(max_length=300, pattern=ORIGIN)]


class KeyDto(ResponseModel):
    """A key, without its secret. ``prefix`` is how it begins; ``lastUsedAt`` is exact to about a minute."""

    id: IdText
    name: str
    prefix: str
    scopes: list[Scope]
    origins: list[str]
    created_at: Time
    last_used_at: Time | None
    expires_at: Time | None


class NewKeyDto(KeyDto):
    """A new key. ``key`` is the whole of it, which is told here and never again."""

    key: str


class KeyRequest(RequestModel):
    name: Name = "key"
    scopes: Scopes = Field(default_factory=lambda: list(scopes.USUAL))
    origins: list[Origin] = Field(
        default_factory=list,
        max_length=MOST_ORIGINS,
        description="the origins of the web pages that may use it, such as https://shop.example; empty: pages of any "
        "origin where preview is its only scope, else of none but this server's",
    )
    expires_seconds: Annotated[int, *whole_number(1, LONGEST_KEY_LIFE)] | None = Field(
        None, description="after how long it ends; it does not end by itself where this is left out"
    )


class KeyRotation(RequestModel):
    keep_seconds: Annotated[int, *whole_number(0, LONGEST_KEPT)] = Field(
        0, description="how long the old key stays valid beside the new one"
    )


class LimitsDto(ResponseModel):
    """What one request, and one account, may take of this service."""

    requests_per_second: float
    request_burst: int
    max_template_bytes: int
    max_audio_bytes: int
    max_asset_bytes: int
    max_font_bytes: int
    fonts_per_account: int
    max_render_bytes: int
    max_batch_bytes: int
    batch_max_rows: int


class AccountDto(ResponseModel):
    """``key`` is the one that this request used."""

    id: IdText
    name: str
    key: KeyDto
    keys: list[KeyDto]
    storage: StorageStatusDto
    render_time: RenderTimeBudgetStatusDto
    limits: LimitsDto
