"""What web pages of other origins may do: what the scope ``preview`` allows, with a key that is for them.

No cookie lets anybody in, so a page can do nothing that it has no key for. A key with ``origins`` is refused in pages
of others.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import falcon

from velocity_web.accounts.auth import Caller
from velocity_web.http.operation import Operation
from velocity_web.schemas.scopes import PREVIEW

METHODS = ("GET", "POST")
ASKED = "X-API-Key, Content-Type, Accept, If-None-Match"
TOLD = "ETag, Retry-After, Warning, X-Request-Id, Velocity-Findings, Total-Count"
REMEMBERED_SECONDS = "7200"


def misplaced(req: falcon.Request, caller: Caller) -> str | None:
    """The sentence for a request from a web page in which its key may not be used."""
    origin = req.get_header("Origin")
    if origin is None or caller.key is None or not caller.key.origins:
        return None
    if origin in caller.key.origins or is_own(req, origin):
        return None
    return (
        f"this key may not be used in pages of {origin[:100]}; it is for pages of {', '.join(caller.key.origins[:5])}"
    )


def is_own(req: falcon.Request, origin: str) -> bool:
    """Whether the page came from this server."""
    return origin.partition("://")[2] == req.netloc


def is_for_pages(caller: Caller, origin: str) -> bool:
    """Whether pages of that origin may read what the caller's key shows."""
    if caller.key is None:
        return False
    return origin in caller.key.origins if caller.key.origins else caller.key.scopes == (PREVIEW,)


class PreviewCors:
    """Answers browsers that ask whether a page may use an operation which the scope ``preview`` allows."""

    def __init__(self, resources: Sequence[tuple[str, object]]) -> None:
        found = [(path, [one for one in METHODS if _is_for_previews(resource, one)]) for path, resource in resources]
        self._named = {path: methods for path, methods in found if "{" not in path}
        self._paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), methods) for path, methods in found if methods]

    def process_response(self, req: falcon.Request, resp: falcon.Response, _resource: Any, _ok: bool) -> None:
        origin = req.get_header("Origin")
        methods = self._methods(req.path)
        if origin is None or not methods or resp.get_header("Access-Control-Allow-Origin") is not None:
            return
        resp.append_header("Vary", "Origin")
        caller = req.context.get("caller")
        if caller is not None and not is_for_pages(caller, origin):
            return
        resp.set_header("Access-Control-Allow-Origin", origin)
        resp.set_header("Access-Control-Expose-Headers", TOLD)
        if req.method == "OPTIONS":
            resp.delete_header("Allow")
            resp.set_header("Access-Control-Allow-Methods", ", ".join(methods))
            resp.set_header("Access-Control-Allow-Headers", ASKED)
            resp.set_header("Access-Control-Max-Age", REMEMBERED_SECONDS)

    def _methods(self, asked: str) -> list[str]:
        """What pages may do at a path. In the place of an id may be anything: a page is to read that it is none."""
        if asked in self._named:
            return self._named[asked]
        return next((methods for path, methods in self._paths if path.fullmatch(asked)), [])


def _is_for_previews(resource: object, method: str) -> bool:
    spec = getattr(getattr(resource, f"on_{method.lower()}", None), "operation", None)
    return isinstance(spec, Operation) and PREVIEW in spec.scopes
