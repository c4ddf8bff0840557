"""Links: what they show, to whoever has them."""

from __future__ import annotations

from dataclasses import dataclass

from velocity_web.accounts.auth import Caller
from velocity_web.accounts.links import Aim, Link, link_of, token_of
from velocity_web.database.entities import reading, rows
from velocity_web.database.now import now_ms
from velocity_web.failures import NotFound
from velocity_web.services import renders
from velocity_web.storage.files import StoredFile

GONE = "what this link showed is no longer there"
_OWNERS = {
    Aim.VIDEO: "SELECT account_id FROM render WHERE id = $id",
    Aim.POSTER: "SELECT account_id FROM render WHERE id = $id",
    Aim.PREVIEW: "SELECT account_id FROM preview_link WHERE id = $id",
}


@dataclass(frozen=True, slots=True)
class Followed:
    """A link that works: for whom, to what, and for how many seconds yet."""

    owner: Caller
    aim: Aim
    id: str
    seconds_left: int


def render_link(caller: Caller, render_id: str, file: str, seconds: int) -> tuple[str, int]:
    """The token of a link to a render's file, and when it ends. Raises NotFound where there is no such file."""
    if file == "poster":
        renders.poster_file(caller, render_id)
    else:
        renders.render_file(caller, render_id)
    ends_at = now_ms() + seconds * 1000
    aim = Aim.POSTER if file == "poster" else Aim.VIDEO
    return token_of(Link(aim, render_id, ends_at)), ends_at


def follow(token: str) -> Followed:
    """Raises Forbidden, Gone and NotFound."""
    link = link_of(token)
    with reading():
        found = rows(
            f"SELECT account.id, account.name FROM account WHERE id = ({_OWNERS[link.aim]}) AND disabled = $no",
            {"id": link.id, "no": False},
        )
        left = max(1, (link.ends_at - now_ms()) // 1000)
    if not found:
        raise NotFound(GONE)
    return Followed(Caller(*found[0]), link.aim, link.id, left)


def linked_file(followed: Followed) -> tuple[StoredFile, str]:
    """The render's file and its content type. Raises NotFound where it was deleted."""
    find = renders.poster_file if followed.aim is Aim.POSTER else renders.render_file
    try:
        return find(followed.owner, followed.id)
    except NotFound:
        raise NotFound(GONE) from None
