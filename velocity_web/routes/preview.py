"""/template/{id}/preview"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

import falcon
from falcon import mediatypes

from velocity_web.http import examples
from velocity_web.http.downloads import entity_tags
from velocity_web.http.operation import JSON, Call, Operation
from velocity_web.routes.context import BUSY, Resource
from velocity_web.schemas.preview import CLIP_TYPES, CONTENT_TYPES, ClipRequest, PreviewDto, PreviewRequest
from velocity_web.schemas.reading import Body
from velocity_web.schemas.scopes import PREVIEW, READ
from velocity_web.schemas.template import FindingDto, Preview
from velocity_web.services import previews
from velocity_web.services.forms import read_mapped

TAG = "Template"
PNG = CONTENT_TYPES["png"]
FINDINGS = "Velocity-Findings"
FINDINGS_BYTES = 4096
TOLD = {FINDINGS: "what does not show as meant, as JSON: how many (count), and as many findings as there is room for"}
CODES = {
    400: "The request cannot be drawn: the sentences say what of it, by field",
    409: "The template is not completed",
    429: "Too many previews; Retry-After says when to try again",
    503: BUSY,
    507: "No space is left on the server's disk",
}


class TemplatePreview(Resource):
    @Operation(
        id="previewTemplate",
        summary="A frame of a template as a picture",
        tag=TAG,
        scopes=(READ, PREVIEW),
        query=Preview,
        binary=["image/png"],
        tagged=True,
        codes={
            400: "The frame is past the end, or cannot be drawn",
            409: "The template is not completed",
            503: BUSY,
            507: "No space is left on the server's disk",
        },
    )
    def on_get(self, call: Call[None, Preview]) -> None:
        """PNG with alpha; ``width`` in pixels, by default the composition's."""
        template_id, query = call.ids["template_id"], call.query
        desk, known = self.context.previews, _known(call.req)
        send_picture(
            call.resp, previews.draw_plain(desk, call.caller, template_id, query.frame, query.width, known), PNG
        )

    @Operation(
        id="previewCustomized",
        summary="A picture of a template with values of your own",
        tag=TAG,
        scopes=(READ, PREVIEW),
        body=Body,
        unread=PreviewRequest,
        binary=list(CONTENT_TYPES.values()),
        returns=PreviewDto,
        answers="The picture; with Accept: application/json the same in JSON, with its findings",
        tagged=True,
        told=TOLD,
        examples={JSON: examples.PREVIEW},
        codes=CODES,
    )
    def on_post(self, call: Call[Body]) -> PreviewDto | None:
        """One frame, or several as a contact sheet, as a render would draw them.

        What was drawn before has the same ETag: with ``If-None-Match`` it is answered 304 without being drawn again.
        """
        form = read_mapped(call.caller, self.settings, self.context.runner, call.body, "preview")
        call.warnings.extend(form.head.warnings)
        wanted = str((form.head.request or {}).get("format", "png"))
        content_type = CONTENT_TYPES.get(wanted, PNG)
        as_json = _prefers_json(call.req, content_type)
        picture = previews.draw(
            self.context.previews, call.caller, call.ids["template_id"], form, _known(call.req, as_json)
        )
        call.resp.append_header("Vary", "Accept")
        tell_findings(call.resp, picture.findings)
        send_picture(call.resp, picture, content_type, as_json)
        if not as_json or picture.content is None:
            return None
        return PreviewDto(
            content_type=content_type,
            image=base64.b64encode(picture.content).decode(),
            width=picture.width,
            height=picture.height,
            frame=picture.frames[0],
            frames=list(picture.frames),
            columns=picture.columns,
            findings=picture.findings,
        )


class TemplatePreviewClip(Resource):
    @Operation(
        id="previewClip",
        summary="A short video of a template with values of your own",
        tag=TAG,
        scopes=(READ, PREVIEW),
        body=Body,
        unread=ClipRequest,
        binary=list(CLIP_TYPES.values()),
        tagged=True,
        told=TOLD,
        examples={JSON: examples.CLIP},
        codes=CODES,
    )
    def on_post(self, call: Call[Body]) -> None:
        """Small and of few frames a second, to be played at once; nothing is queued or charged."""
        form = read_mapped(call.caller, self.settings, self.context.runner, call.body, "clip")
        call.warnings.extend(form.head.warnings)
        clip = previews.draw_clip(self.context.previews, call.caller, call.ids["template_id"], form, _known(call.req))
        tell_findings(call.resp, clip.findings)
        send_picture(call.resp, clip, CLIP_TYPES[str((form.head.request or {}).get("format", "mp4"))])


# --- answers ---


JSON_TAG = "-json"
"""Ends the entity tag of a picture within JSON: its bytes are others than those of the picture."""


def _known(req: falcon.Request, as_json: bool = False) -> Sequence[str]:
    """The digests of what the client has in this form."""
    tags = entity_tags(req.get_header("If-None-Match"))
    if as_json:
        return [tag.removesuffix(JSON_TAG) for tag in tags if tag.endswith(JSON_TAG) or tag == "*"]
    return tags


def _prefers_json(req: falcon.Request, content_type: str) -> bool:
    return mediatypes.quality(JSON, req.accept) > mediatypes.quality(content_type, req.accept)


def send_picture(resp: falcon.Response, picture: previews.Picture, content_type: str, as_json: bool = False) -> None:
    """The bytes, or 304 where the client has them."""
    resp.set_header("ETag", f'"{picture.digest}{JSON_TAG if as_json else ""}"')
    resp.set_header("Cache-Control", "private, no-cache")
    if picture.content is None:
        resp.status = falcon.HTTP_304
    else:
        resp.data = picture.content
        resp.content_type = content_type


def tell_findings(resp: falcon.Response, findings: Sequence[FindingDto]) -> None:
    """The header: ASCII, and no longer than clients and proxies take."""
    told = [finding.model_dump(by_alias=True, exclude_none=True) for finding in findings]
    text = _header(len(findings), told)
    while len(text) > FINDINGS_BYTES:
        told.pop()
        text = _header(len(findings), told)
    resp.set_header(FINDINGS, text)


def _header(count: int, findings: Sequence[dict[str, object]]) -> str:
    return json.dumps({"count": count, "findings": findings}, separators=(",", ":"))
