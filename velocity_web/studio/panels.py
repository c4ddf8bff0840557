"""What the studio's own panels ask: changes of the files, the layer tree, boxes and dirty tiles, costs."""

from __future__ import annotations

import threading

import falcon

import velocity_engine as engine
from velocity_web.failures import Conflict
from velocity_web.schemas.preview import PreviewRequest, ReplacingRequest
from velocity_web.services.render_checks import blur_of
from velocity_web.studio.asking import body_of, frame_size, moment, wrong
from velocity_web.studio.describing import costs_told, frame_picture, layer_tree
from velocity_web.studio.resources import TRIAL_SECONDS, Resource
from velocity_web.studio.workshop import Wanted

WAIT_SECONDS = 20.0
COST_SECONDS = 4.0
MOST_WAITING = 8
"""Requests that wait for a change; each holds a thread, so further ones are answered at once."""
_waiting = threading.BoundedSemaphore(MOST_WAITING)
_measuring = threading.Lock()


class Changes(Resource):
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """The state of the files: at once, or where ``since`` is given as soon as the revision is another than that, at
        the latest after some seconds.
        """
        studio = self.studio
        since = req.get_param_as_int("since")
        if since is None or not _waiting.acquire(blocking=False):
            state = studio.workshop.state()
        else:
            try:
                state = studio.workshop.changed(since, WAIT_SECONDS)
            finally:
                _waiting.release()
        resp.media = {"templateId": studio.identity, "path": str(studio.workshop.path), **state}


class Layers(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        with self.studio.workshop.template() as template:
            resp.media = layer_tree(template)


class Frame(Resource):
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Boxes and dirty tiles of a frame with the values that are filled in."""
        request, raw = body_of(req, PreviewRequest)
        values = self.studio.values(raw)
        try:
            blur = blur_of(request.motion_blur)
            wanted = Wanted(values.entries, values.files, request.frame or 0, request.width, motion_blur=blur)
            with self.studio.workshop.filled(wanted) as template:
                at = moment(template, request.frame or 0)
                shown = engine.frame_layers(template, at, frame_size(template, request.width))
        except engine.VelocityError as error:
            raise wrong([error]) from None
        resp.media = frame_picture(shown)


class Costs(Resource):
    def on_post(self, req: falcon.Request, resp: falcon.Response) -> None:
        """What each layer costs with the values that are filled in, measured by drawing; it takes some seconds."""
        request, raw = body_of(req, ReplacingRequest)
        workshop, values = self.studio.workshop, self.studio.values(raw)
        blur = blur_of(request.motion_blur)
        superseded = workshop.superseded()
        try:
            with (
                _measuring,
                workshop.open() as template,
                template.customized(values.entries, values.files, motion_blur=blur) as filled,
            ):
                if filled.frame_count < 2:
                    raise Conflict("a template of one frame costs nothing from frame to frame")
                span = filled.frame_range(None)
                costs = engine.layer_costs(filled, seconds=COST_SECONDS, cancelled=superseded)
        except engine.VelocityError as error:
            raise wrong([error]) from None
        if costs is None:
            raise Conflict("the files or the values have changed meanwhile")
        found = engine.forecast(workshop.trial(TRIAL_SECONDS), engine.EncoderConfig(), span)
        resp.media = costs_told(costs, 1000.0 * found.frames / found.milliseconds if found.milliseconds > 0 else None)
