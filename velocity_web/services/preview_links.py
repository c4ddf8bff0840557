"""Links to previews: what they show is kept in the database until they end, since it can be large."""

from __future__ import annotations

import json

from velocity_web.accounts.auth import Caller
from velocity_web.accounts.links import Aim, Link, token_of
from velocity_web.database.entities import execute, lock_account, new_id, reading, rows, writing
from velocity_web.database.now import now_ms
from velocity_web.failures import Conflict, Invalid, NotFound
from velocity_web.schemas.preview import PreviewLinkRequest
from velocity_web.services import previews
from velocity_web.services.forms import Head, RenderForm
from velocity_web.services.links import GONE, Followed
from velocity_web.settings import MIB

MOST_LINKS = 1000
MOST_BYTES = 64 * MIB
"""Of one account, together."""
UNDRAWN = ("*",)
"""Whatever the picture is, nobody wants it: the request is looked at, and nothing drawn."""


def preview_link(desk: previews.Desk, caller: Caller, template_id: str, form: RenderForm) -> tuple[str, int]:
    """The token of a link to the preview that a form asks for, and when it ends.

    Raises what ``previews.draw`` does for a request that cannot be drawn, and Conflict where the account has too many.
    """
    previews.draw(desk, caller, template_id, form, UNDRAWN)
    request = PreviewLinkRequest.model_validate(form.head.request)
    said = {"captions": form.head.captions, "captions_source": form.head.captions_source}
    body = json.dumps({"request": form.head.request, "map": form.customizations, **said})
    link_id, size = new_id(), len(body.encode())
    with writing():
        lock_account(caller.account_id)
        now = now_ms()
        ends_at = now + request.expires_seconds * 1000
        _make_room(caller.account_id, size, now)
        execute(
            "INSERT INTO preview_link (id, account_id, template_id, body, size_bytes, created_at, ends_at) "
            "VALUES ($id, $account, $template, $body, $size, $now, $end)",
            {
                "id": link_id,
                "account": caller.account_id,
                "template": template_id,
                "body": body,
                "size": size,
                "now": now,
                "end": ends_at,
            },
        )
    return token_of(Link(Aim.PREVIEW, link_id, ends_at)), ends_at


def _make_room(account_id: str, size: int, now: int) -> None:
    """Within a writing transaction: those that ended are forgotten. Raises Conflict where there are too many others."""
    execute("DELETE FROM preview_link WHERE account_id = $id AND ends_at <= $now", {"id": account_id, "now": now})
    [(count, total)] = rows(
        "SELECT COUNT(*), COALESCE(SUM(size_bytes), 0) FROM preview_link WHERE account_id = $id", {"id": account_id}
    )
    if count >= MOST_LINKS or total + size > MOST_BYTES:
        raise Conflict(
            f"the account has {count} links to previews of {total} bytes; it may have {MOST_LINKS} of {MOST_BYTES} "
            "bytes together; wait until some of them end"
        )


def draw_linked(desk: previews.Desk, followed: Followed, known: list[str]) -> tuple[previews.Picture, str]:
    """The picture that a link shows, and its format. Raises NotFound, TooMany, Busy and Unavailable."""
    with reading():
        found = rows("SELECT template_id, body FROM preview_link WHERE id = $id", {"id": followed.id})
    if not found:
        raise NotFound(GONE)
    template_id, body = found[0]
    kept = json.loads(body)
    said = {name: kept.get(name) for name in ("captions", "captions_source")}
    head = Head(errors={}, warnings=[], request=kept["request"], **said)
    form = RenderForm(head, kept["map"])
    try:
        picture = previews.draw(desk, followed.owner, template_id, form, known)
    except (NotFound, Invalid, Conflict):  # the template, or an asset that it shows, was deleted meanwhile
        raise NotFound(GONE) from None
    return picture, str(kept["request"]["format"])
