"""Posters: pictures beside videos, which are stored, counted and deleted with them."""

from __future__ import annotations

from collections.abc import Sequence

import velocity_engine as engine
from velocity_web.accounts import quota
from velocity_web.database.entities import Poster, execute
from velocity_web.schemas.render import OutputRequest
from velocity_web.storage.files import MadeFile

Errors = dict[str, list[str]]
ENDINGS = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
AT_ONCE = 500  # ids in one question to the database
CONTENT_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


def poster_of(output: OutputRequest | None, first_frame: float) -> engine.Poster | None:
    """What the engine is told; its name is in the render's own folder."""
    if output is None or output.poster is None:
        return None
    frame = output.poster.frame
    return engine.Poster(f"poster{ENDINGS[output.poster.format]}", None if frame is None else first_frame + frame)


def poster_errors(output: OutputRequest | None, frame_count: float, size: tuple[int, int]) -> Errors:
    """``size``: of the video, in pixels."""
    if output is None or output.poster is None:
        return {}
    poster = engine.Poster(f"poster{ENDINGS[output.poster.format]}")
    if (fault := poster.fault(*size)) is not None:
        return {"output.poster.format": [f"{fault}; choose png or jpeg"]}
    if output.poster.frame is None:
        return {}
    if 0 <= output.poster.frame < frame_count:
        return {}
    sentence = f"there is no frame {output.poster.frame}; the composition has frames 0 to {int(frame_count) - 1}"
    return {"output.poster.frame": [sentence]}


def keep_poster(render_id: str, account_id: str, made: MadeFile) -> None:
    """Within the transaction that completes the render. Raises QuotaExceeded."""
    quota.take(account_id, made.size_bytes)
    Poster(render_id=render_id, account_id=account_id, file=made.file, size_bytes=made.size_bytes, sha256=made.sha256)


def forget_poster(render_id: str, account_id: str) -> str | None:
    """Within the transaction that deletes the render. Returns the file, which is to be removed then."""
    poster = Poster.get(render_id=render_id)
    if poster is None:
        return None
    quota.give_back(account_id, poster.size_bytes)
    file: str = poster.file
    execute("DELETE FROM poster WHERE render_id = $id", {"id": render_id})
    return file


def poster_urls(render_ids: Sequence[str]) -> dict[str, str]:
    """Within a session: where the posters of completed renders are downloaded, by the ids of those that have one."""
    found: dict[str, str] = {}
    for start in range(0, len(render_ids), AT_ONCE):
        ids = render_ids[start : start + AT_ONCE]
        kept = Poster.select(lambda poster: poster.render_id in ids)
        found.update({poster.render_id: f"/render/{poster.render_id}/poster" for poster in kept})
    return found
