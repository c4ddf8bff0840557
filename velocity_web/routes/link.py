"""/link"""

from __future__ import annotations

import falcon

from velocity_web.accounts.links import Aim
from velocity_web.clock import iso_time
from velocity_web.http import examples
from velocity_web.http.downloads import Manner, content_disposition, entity_tags, send_file
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.http.problems import LINKS
from velocity_web.routes.context import BUSY, Resource
from velocity_web.routes.preview import CODES, send_picture
from velocity_web.schemas.link import LinkDto, RenderLinkRequest
from velocity_web.schemas.preview import CONTENT_TYPES, PreviewLinkRequest
from velocity_web.schemas.reading import Body
from velocity_web.schemas.scopes import READ
from velocity_web.services import links, preview_links
from velocity_web.services.codecs import content_types
from velocity_web.services.forms import read_mapped

TAG = "Link"
MOST_KEPT_SECONDS = 300
"""How long a browser may keep what a link showed without asking again."""


def link_dto(req: falcon.Request, token: str, ends_at: int) -> LinkDto:
    """The URL is below what the client asked; a trusted proxy before it says whether by HTTPS."""
    return LinkDto(url=f"{req.prefix}{LINKS}{token}", expires_at=iso_time(ends_at))


class RenderLink(Resource):
    @Operation(
        id="linkRender",
        summary="A URL of a render that needs no key",
        tag=TAG,
        scopes=(READ,),
        body=RenderLinkRequest,
        may_be_empty=True,
        examples={JSON: examples.RENDER_LINK},
        returns=LinkDto,
    )
    def on_post(self, call: Call[RenderLinkRequest]) -> LinkDto:
        """For players and pages. It ends after expiresSeconds, and when the render is deleted or the user disabled."""
        asked = call.body
        token, ends_at = links.render_link(call.caller, call.ids["render_id"], asked.file, asked.expires_seconds)
        return link_dto(call.req, token, ends_at)


class PreviewLink(Resource):
    @Operation(
        id="linkPreview",
        summary="A URL of a preview that needs no key",
        tag=TAG,
        scopes=(READ,),
        body=Body,
        unread=PreviewLinkRequest,
        examples={JSON: examples.PREVIEW_LINK},
        returns=LinkDto,
        codes=CODES | {409: "The template is not completed, or the account has too many links to previews"},
    )
    def on_post(self, call: Call[Body]) -> LinkDto:
        """What a preview takes, and expiresSeconds. It is looked at now, and drawn when somebody follows the link; that
        counts to this account's previews. It ends after expiresSeconds, and when the template is deleted or the user
        disabled."""
        form = read_mapped(call.caller, self.settings, self.context.runner, call.body, "link")
        call.warnings.extend(form.head.warnings)
        desk = self.context.previews
        token, ends_at = preview_links.preview_link(desk, call.caller, call.ids["template_id"], form)
        return link_dto(call.req, token, ends_at)


def shown_types() -> list[str]:
    """Of videos, posters and previews."""
    return list(dict.fromkeys([*content_types(), *CONTENT_TYPES.values()]))


class LinkItem(Resource):
    @Operation(
        id="followLink",
        summary="What a link shows",
        tag=TAG,
        words=("token",),
        binary=shown_types,
        ranges=True,
        authenticated=False,
        codes={
            403: "The link is not valid",
            404: "What it showed was deleted",
            410: "The link has ended",
            429: "Too many previews; Retry-After says when to try again",
            503: BUSY,
        },
    )
    def on_get(self, call: Call) -> None:
        """A video or a picture, to be seen and not saved; of what is stored also byte ranges."""
        followed = links.follow(call.ids["token"])
        call.resp.set_header("Access-Control-Allow-Origin", "*")
        call.resp.set_header("Access-Control-Expose-Headers", "ETag, Content-Range, Accept-Ranges")
        call.resp.set_header("Cross-Origin-Resource-Policy", "cross-origin")
        kept = f"private, max-age={min(followed.seconds_left, MOST_KEPT_SECONDS)}"
        if followed.aim is Aim.PREVIEW:
            self._draw(call, followed, kept)
        else:
            file, content_type = links.linked_file(followed)
            manner = Manner("inline", kept, followed.seconds_left)
            send_file(call.req, call.resp, self.objects, file, content_type, manner)

    def _draw(self, call: Call, followed: links.Followed, kept: str) -> None:
        known = entity_tags(call.req.get_header("If-None-Match"))
        picture, form = preview_links.draw_linked(self.context.previews, followed, known)
        send_picture(call.resp, picture, CONTENT_TYPES[form])
        call.resp.set_header("Cache-Control", kept)
        call.resp.set_header("Content-Disposition", content_disposition(f"preview.{form}", "inline"))
