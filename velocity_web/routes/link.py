"""/link"""

from __future__ import annotations

import falcon

from velocity_web.clock import iso_time
from velocity_web.http import examples
from velocity_web.http.downloads import Manner, send_file
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.routes.context import Resource
from velocity_web.schemas.link import LinkDto, RenderLinkRequest
from velocity_web.schemas.scopes import READ
from velocity_web.services import links
from velocity_web.services.codecs import content_types

LINKS = "/link/"
TAG = "Link"
MOST_KEPT_SECONDS = 300
"""How long a browser may keep what a link showed without asking again."""


def link_dto(req: falcon.Request, token: str, ends_at: int) -> LinkDto:
    """The URL is below what the client, or a proxy before it, says that it asked."""
    return LinkDto(url=f"{req.forwarded_prefix}{LINKS}{token}", expires_at=iso_time(ends_at))


class RenderLink(Resource):
    @Operation(
        id="linkRender",
        summary="A URL of a render that needs no key",
        tag=TAG,
        scopes=(READ,),
        body=RenderLinkRequest,
        examples={JSON: examples.RENDER_LINK},
        returns=LinkDto,
    )
    def on_post(self, call: Call[RenderLinkRequest]) -> LinkDto:
        """For players and pages. It ends after expiresSeconds, and when the render is deleted or the user disabled."""
        asked = call.body
        token, ends_at = links.render_link(call.caller, call.ids["render_id"], asked.file, asked.expires_seconds)
        return link_dto(call.req, token, ends_at)


class LinkItem(Resource):
    @Operation(
        id="followLink",
        summary="What a link shows",
        tag=TAG,
        words=("token",),
        binary=content_types,
        ranges=True,
        authenticated=False,
        codes={
            403: "The link is not valid",
            404: "What it showed was deleted",
            410: "The link has ended",
        },
    )
    def on_get(self, call: Call) -> None:
        """A video or a picture, to be seen and not saved, with byte ranges."""
        followed = links.follow(call.ids["token"])
        kept = min(followed.seconds_left, MOST_KEPT_SECONDS)
        manner = Manner("inline", f"private, max-age={kept}", followed.seconds_left)
        call.resp.set_header("Access-Control-Allow-Origin", "*")
        call.resp.set_header("Access-Control-Expose-Headers", "ETag, Content-Range, Accept-Ranges")
        call.resp.set_header("Cross-Origin-Resource-Policy", "cross-origin")
        file, content_type = links.linked_file(followed)
        send_file(call.req, call.resp, self.objects, file, content_type, manner)
