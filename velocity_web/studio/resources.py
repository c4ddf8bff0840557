"""What the template page asks of a service, answered for the one template of the studio."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import falcon

import velocity_engine as engine
from velocity_web.failures import Invalid, NotFound
from velocity_web.http.ranges import wanted_ranges
from velocity_web.processes.analyse_process import finding_dict, placed_markers
from velocity_web.routes.preview import tell_findings
from velocity_web.schemas.preview import CLIP_TYPES, CONTENT_TYPES, ClipRequest, PreviewRequest
from velocity_web.schemas.render import RenderEstimate, RenderRequest, VideoTimelineDto
from velocity_web.schemas.template import FindingDto
from velocity_web.services.codecs import content_type as video_type
from velocity_web.services.codecs import list_codecs
from velocity_web.services.lengths import timeline_told
from velocity_web.services.render_checks import blur_of
from velocity_web.settings import Settings
from velocity_web.studio import assets
from velocity_web.studio.asking import (
    Values,
    body_of,
    captions_of,
    duration_asked,
    frame_size,
    require_moment,
    wish_of,
    wrong,
)
from velocity_web.studio.describing import template_detail, timeline
from velocity_web.studio.renders import Renders, job_told
from velocity_web.studio.workshop import Picture, Wanted, Workshop, said_of

Kind = Literal["png", "jpeg", "webp"]
TRIAL_SECONDS = 1.0
HELD_SECONDS = 1.0
MARGIN = 1.5  # either way, of an estimate
CLIP_SECONDS = 10.0
MOST_AT_ONCE = 8 << 20  # bytes of a video; a player asks for the next part
CLIP_BITRATE = "800k"


@dataclass(frozen=True, slots=True)
class Studio:
    """What all resources share. ``identity`` is the id of the template, which stays the same for the same file."""

    workshop: Workshop
    renders: Renders
    shelf: assets.Shelf
    settings: Settings
    identity: str
    opened: int

    def require(self, template_id: str) -> None:
        """Raises NotFound for an id that is not the template's."""
        if template_id != self.identity:
            raise NotFound(f"there is no template {template_id}")

    def values(self, raw: dict[str, Any]) -> Values:
        """What a request fills in."""
        entries = raw.get("customizationMap") or []
        return Values(entries, self.shelf.files(entries))


@dataclass(frozen=True, slots=True)
class Resource:
    studio: Studio


class TemplateItem(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response, template_id: str) -> None:
        studio = self.studio
        studio.require(template_id)
        with studio.workshop.template() as template:
            found = studio.workshop.findings()
            detail = template_detail(template, (studio.identity, studio.workshop.name, studio.opened), found)
            resp.media = {**detail, "revision": studio.workshop.revision}


class TemplateTimeline(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response, template_id: str) -> None:
        self.studio.require(template_id)
        try:
            template = self.studio.workshop.open()  # apart from the one on the bench, where pictures are drawn
        except (engine.VelocityError, OSError) as error:
            raise Invalid(said_of(error)) from None
        with template:
            resp.media = timeline(template, HELD_SECONDS)


class TemplatePreview(Resource):
    def on_get(self, req: falcon.Request, resp: falcon.Response, template_id: str) -> None:
        frame = req.get_param_as_int("frame", min_value=0) or 0
        width = req.get_param_as_int("width", min_value=16, max_value=4096)
        self._answer(resp, template_id, Wanted([], {}, frame, width), "png")

    def on_post(self, req: falcon.Request, resp: falcon.Response, template_id: str) -> None:
        """As the service's, but that without ``format`` the picture is of the kind that is made fastest."""
        request, raw = body_of(req, PreviewRequest)
        values, duration = self.studio.values(raw), duration_asked(request)
        captions = captions_of(request.captions)
        blur = blur_of(request.motion_blur)
        wanted = Wanted(values.entries, values.files, request.frame or 0, request.width, captions, duration, blur)
        self._answer(resp, template_id, wanted, request.format if "format" in raw else None)

    def _answer(self, resp: falcon.Response, template_id: str, wanted: Wanted, kind: Kind | None) -> None:
        studio = self.studio
        studio.require(template_id)
        with studio.workshop.template() as template:
            require_moment(template, wanted.frame, wanted.duration, Values(wanted.entries, wanted.files))
        try:
            if kind is None:
                picture = studio.workshop.picture(wanted)
            else:
                still = studio.workshop.still(wanted)
                picture = Picture(still.encoded(kind), CONTENT_TYPES[kind], still.findings)
        except (engine.CustomizationError, engine.CaptionsError) as error:
            raise wrong([error]) from None
        except engine.VelocityError as error:
            raise Invalid("the frame cannot be drawn", {"frame": [str(error)]}) from None
        tell_findings(resp, [FindingDto(**finding_dict(finding, {})) for finding in picture.findings])
        resp.set_header("Cache-Control", "no-store")
        resp.content_type = picture.content_type
        resp.data = picture.content


class TemplateClip(Resource):
    def on_post(self, req: falcon.Request, resp: falcon.Response, template_id: str) -> None:
        studio = self.studio
        studio.require(template_id)
        request, raw = body_of(req, ClipRequest)
        values, captions, duration = studio.values(raw), captions_of(request.captions), duration_asked(request)
        codec = {"mp4": "h264", "webm": "vp9"}[request.format]
        if codec not in engine.plugins.codecs():
            raise Invalid("WebM is not installed here", {"format": ["choose mp4, or install velocity-webm"]})
        with studio.workshop.open() as template, tempfile.TemporaryDirectory() as folder:
            first, rate = request.start_frame or 0, template.frame_rate
            count = require_moment(template, first, duration, values)
            end = min(request.end_frame or count, count, first + CLIP_SECONDS * rate)
            width, height = (max(16, side // 2 * 2) for side in frame_size(template, request.width))
            encoder = engine.EncoderConfig(
                codec=codec, resolution=(width, height), fps_num=request.frame_rate, bitrate=CLIP_BITRATE
            )
            file = Path(folder) / f"clip.{request.format}"
            try:
                engine.render(
                    template, file, encoder=encoder, customizations=values.entries, assets=values.files,
                    frames=(template.first_frame + first, template.first_frame + end), captions=captions,
                    duration=duration,
                    motion_blur=blur_of(request.motion_blur),
                )  # fmt: skip
            except engine.VelocityError as error:
                raise wrong([error]) from None
            resp.data = file.read_bytes()
        resp.content_type = CLIP_TYPES[request.format]


class Codecs(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = [codec.model_dump(mode="json", by_alias=True) for codec in list_codecs(self.studio.settings)]


class Orders(Resource):
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """A render, or with ``dryRun`` what it would take."""
        studio = self.studio
        request, raw = body_of(req, RenderRequest)
        studio.require(str(request.template_id))
        values = studio.values(raw)
        with studio.workshop.template() as template:
            wish = wish_of(template, request, values)
            warnings = [FindingDto(**finding_dict(finding, {})) for finding in template.findings]
            timed = _timeline(template, wish.timeline)
        trial = studio.workshop.trial(TRIAL_SECONDS)
        shown = wish.frames if wish.duration is None else template.frame_range(None)
        found = engine.forecast(trial.blurred(wish.motion_blur), wish.encoder, shown, lasting=wish.lasting)
        if not req.get_param_as_bool("dryRun"):
            resp.media = studio.renders.start(wish, found.frames)
            return
        estimate = RenderEstimate(
            frames=found.frames,
            seconds=round(found.frames / float(wish.encoder.frame_rate or template.frame_rate), 3),
            expected_milliseconds=round(found.milliseconds),
            least_milliseconds=int(found.milliseconds / MARGIN),
            most_milliseconds=math.ceil(found.milliseconds * MARGIN),
            expected_bytes=round(found.size_bytes),
            least_bytes=int(found.size_bytes / MARGIN),
            most_bytes=math.ceil(found.size_bytes * MARGIN),
            timeline=timed,
            warnings=warnings,
        )
        resp.media = estimate.model_dump(mode="json", by_alias=True)


def _timeline(template: engine.Template, timeline: engine.Timeline | None) -> VideoTimelineDto | None:
    if timeline is None:
        return None
    return timeline_told(timeline.end, placed_markers(template, timeline), template.first_frame)


class RenderStatus(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response, render_id: str) -> None:
        resp.media = job_told(self.studio.renders.find(render_id))


class RenderCancel(Resource):
    def on_post(self, _req: falcon.Request, resp: falcon.Response, render_id: str) -> None:
        resp.media = self.studio.renders.cancel(render_id)


class RenderLink(Resource):
    def on_post(self, _req: falcon.Request, resp: falcon.Response, render_id: str) -> None:
        """The address of a video for a player, which sends no token: it holds a secret of its own."""
        job = self.studio.renders.find(render_id)
        resp.media = {"url": f"/link/{job.secret}"}


class Link(Resource):
    def on_head(self, _req: falcon.Request, resp: falcon.Response, secret: str) -> None:
        path = self.studio.renders.linked(secret)
        resp.content_type = video_type(path.suffix)
        resp.content_length = path.stat().st_size
        resp.set_header("Accept-Ranges", "bytes")

    def on_get(self, req: falcon.Request, resp: falcon.Response, secret: str) -> None:
        path = self.studio.renders.linked(secret)
        size = path.stat().st_size
        resp.content_type = video_type(path.suffix)
        resp.downloadable_as = path.name if req.get_param_as_bool("download") else None
        resp.set_header("Accept-Ranges", "bytes")
        spans = wanted_ranges(req.get_header("Range"), size)
        if len(spans) != 1:  # which leave the choice to the server
            resp.set_stream(path.open("rb"), size)
            return
        with path.open("rb") as file:
            file.seek(spans[0].first)
            resp.data = file.read(min(spans[0].length, MOST_AT_ONCE))
        resp.status = falcon.HTTP_206
        resp.content_range = (spans[0].first, spans[0].first + len(resp.data) - 1, size)


class Assets(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = self.studio.shelf.all()

    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = self.studio.shelf.receive(req)


class Asset(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response, asset_id: str) -> None:
        resp.media = self.studio.shelf.find(asset_id)[1].model_dump(mode="json", by_alias=True)


class AssetDownload(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response, asset_id: str) -> None:
        path, asset = self.studio.shelf.find(asset_id)
        resp.content_type = assets.content_type(asset)
        resp.set_stream(path.open("rb"), path.stat().st_size)


class Audio(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        """The studio keeps no sounds: the template's own are rendered."""
        resp.media = []
