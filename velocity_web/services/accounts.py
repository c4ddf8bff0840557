"""An account as it sees itself."""

from __future__ import annotations

from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import reading
from velocity_web.failures import NotFound
from velocity_web.schemas.account import AccountDto, LimitsDto
from velocity_web.services.keys import keys_of
from velocity_web.services.renders import budget_status
from velocity_web.services.templates import storage_status
from velocity_web.settings import Settings


def account_of(caller: Caller, settings: Settings) -> AccountDto:
    """Raises NotFound where the key was revoked while the request was under way."""
    with reading():
        keys = keys_of(caller.account_id)
    used = [key for key in keys if caller.key and key.id == caller.key.id]
    if not used:
        raise NotFound("the key of this request was revoked")
    return AccountDto(
        id=caller.account_id,
        name=caller.name,
        key=used[0],
        keys=keys,
        storage=storage_status(caller),
        render_time=budget_status(caller),
        limits=LimitsDto(
            requests_per_second=settings.requests_per_second,
            request_burst=settings.request_burst,
            max_template_bytes=settings.max_template_bytes,
            max_audio_bytes=settings.max_audio_bytes,
            max_asset_bytes=settings.max_asset_bytes,
            max_font_bytes=settings.max_font_bytes,
            fonts_per_account=settings.fonts_per_account,
            max_render_bytes=settings.max_render_bytes,
            max_batch_bytes=settings.max_json_bytes,
            batch_max_rows=settings.batch_max_rows,
        ),
    )
