"""Errors as RFC 9457 problem documents."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import falcon

from velocity_web import failures
from velocity_web.database.faults import is_database_fault, is_no_space
from velocity_web.storage.files import NO_SPACE

MEDIA_TYPE = "application/problem+json"
LINKS = "/link/"
"""Paths whose other part lets in whoever has it."""

STATUS_OF: dict[type[failures.Failure], int] = {
    failures.Invalid: 400,
    failures.QuotaExceeded: 400,
    failures.NotDeletable: 400,
    failures.BudgetExhausted: 402,
    failures.Forbidden: 403,
    failures.NotFound: 404,
    failures.Conflict: 409,
    failures.Gone: 410,
    failures.TooLarge: 413,
    failures.KeyReused: 422,
    failures.TooMany: 429,
    failures.NoSpace: 507,
    failures.Busy: 503,
    failures.Unavailable: 503,
}


def shown_path(req: falcon.Request) -> str:
    """The path for the log: that of a link without its token, with which anybody could follow it."""
    return f"{LINKS}{{token}}" if req.path.startswith(LINKS) else req.path


def problem_body(
    status: int, title: str, detail: str | None = None, errors: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    """The document as UTF-8 JSON. ``errors`` holds the sentences by field."""
    document: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        document["detail"] = detail
    if errors:
        document["errors"] = {field: list(sentences) for field, sentences in errors.items()}
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")


def _answer(resp: falcon.Response, status: int, body: bytes) -> None:
    resp.status = falcon.code_to_http_status(status)
    resp.content_type = MEDIA_TYPE
    resp.data = body


def answer_failure(_req: falcon.Request, resp: falcon.Response, failure: failures.Failure, _params: object) -> None:
    status = STATUS_OF[type(failure)]
    if isinstance(failure, failures.Busy | failures.TooMany | failures.Unavailable):
        resp.set_header("Retry-After", str(failure.retry_after))
    _answer(resp, status, problem_body(status, failure.title, failure.detail, failure.errors))


def serialize_http_error(req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError) -> None:
    """Falcon's own errors (no route, wrong method, a bad header) in the same form."""
    title, detail = error.title or str(error.status), error.description
    match error:
        case falcon.HTTPNotFound():
            title, detail = "Not found", f"there is nothing at {req.path[:200]}"
        case falcon.HTTPMethodNotAllowed():
            allowed = [method for method in (resp.get_header("Allow") or "").split(", ") if method != "OPTIONS"]
            title, detail = "Method not allowed", f"{req.method} is not possible here; use {' or '.join(allowed)}"
        case falcon.HTTPRangeNotSatisfiable():
            title, detail = "Range not satisfiable", "the file has no bytes in this range"
    _answer(resp, error.status_code, problem_body(error.status_code, title, detail))


def answer_unexpected(req: falcon.Request, resp: falcon.Response, error: Exception, _params: object) -> None:
    """What nobody handled: a full disk, a database that does not answer, or a fault of ours.

    The log has the fault with the request's id, the caller gets the id and no more.
    """
    import structlog

    path = shown_path(req)
    if is_no_space(error):
        structlog.get_logger("velocity.web").error("the disk is full", path=path, fault=str(error))
        resp.set_header("Retry-After", "1")
        _answer(resp, 507, problem_body(507, failures.NoSpace.title, NO_SPACE))
        return
    if is_database_fault(error):
        structlog.get_logger("velocity.web").error("the database does not answer", path=path, fault=str(error))
        resp.set_header("Retry-After", "1")
        _answer(resp, 503, problem_body(503, "Service unavailable", "the database does not answer; try again"))
        return
    structlog.get_logger("velocity.web").error("request failed", path=path, exc_info=error)
    request_id = getattr(req.context, "request_id", "")
    _answer(resp, 500, problem_body(500, "Internal server error", f"the server's log has it as request {request_id}"))
