"""What happens around every request: its id, its path's normal form, who asks, its log line and its metrics."""

from __future__ import annotations

import re
import time
from typing import Any

import falcon
import structlog

from velocity_web.accounts.auth import HEADER, find_caller
from velocity_web.database.entities import new_id
from velocity_web.events.tracing import begin_request, end_request
from velocity_web.failures import Forbidden
from velocity_web.http.metrics import REQUEST_SECONDS, REQUESTS
from velocity_web.http.problems import shown_path
from velocity_web.http.waiting import PATIENCE, Patience
from velocity_web.server.cors import misplaced
from velocity_web.server.gate import UNAUTHORIZED, is_open, normal_path
from velocity_web.settings import Settings
from velocity_web.storage.disk import ready_small_write

REQUEST_ID = "X-Request-Id"
METHODS = frozenset(falcon.HTTP_METHODS)
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestScope:
    """Names the request, for the caller and for every log line that it causes."""

    def process_request(self, req: falcon.Request, _resp: falcon.Response) -> None:
        given = req.get_header(REQUEST_ID) or ""
        request_id = given if _SAFE_ID.fullmatch(given) else new_id()
        req.context.request_id = request_id
        req.context.started = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        req.path = normal_path(req.path)
        begin_request(req.method if req.method in METHODS else "other", req.get_header("traceparent"))

    def process_response(self, req: falcon.Request, resp: falcon.Response, _resource: Any, _ok: bool) -> None:
        resp.set_header(REQUEST_ID, getattr(req.context, "request_id", ""))
        resp.set_header("X-Content-Type-Options", "nosniff")
        seconds = time.perf_counter() - getattr(req.context, "started", time.perf_counter())
        route = req.uri_template or "none"
        status = resp.status_code
        patience: Patience | None = req.env.get(PATIENCE)
        if patience is not None and patience.is_asked:  # this answer is not sent
            end_request(route, status)
            return
        method = req.method if req.method in METHODS else "other"
        REQUESTS.labels(method, route, str(status)).inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        end_request(route, status)
        caller = getattr(req.context, "caller", None)
        structlog.get_logger("velocity.web").info(
            "request",
            method=req.method,
            path=shown_path(req),
            status=status,
            milliseconds=round(seconds * 1000, 1),
            account=caller.name if caller else None,
        )


class Authentication:
    """Finds the account of the key; without one only the open paths answer."""

    def process_request(self, req: falcon.Request, _resp: falcon.Response) -> None:
        if is_open(req.path) or (req.method == "OPTIONS" and req.get_header("Access-Control-Request-Method")):
            return
        caller = find_caller(req.get_header(HEADER))
        if caller is None:
            raise falcon.HTTPUnauthorized(
                title=UNAUTHORIZED.title, description=UNAUTHORIZED.detail, challenges=['ApiKey header="X-API-Key"']
            )
        if (sentence := misplaced(req, caller)) is not None:
            raise Forbidden(sentence)
        req.context.caller = caller


class RoomForSmallWrites:
    """What deletes or cancels may use the disk's reserve, so that a full disk can be emptied."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def process_request(self, req: falcon.Request, _resp: falcon.Response) -> None:
        if req.method == "DELETE" or req.path.endswith("/cancel"):
            ready_small_write(self._settings)
