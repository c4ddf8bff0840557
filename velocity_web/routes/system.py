"""What needs no key: /health, /ready, /metrics, /openapi.json and /docs."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import falcon

from velocity_web.failures import NotFound
from velocity_web.http.metrics import exposition
from velocity_web.http.operation import Call, Operation
from velocity_web.orders.executors import needs_of_all
from velocity_web.processes.sandbox.confinement import confinement
from velocity_web.routes.context import Resource
from velocity_web.schemas.base import ResponseModel

TAG = "System"
PAGES = files("velocity_web") / "pages"
MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


class Health(ResponseModel):
    status: str
    version: str


class ConfinementDto(ResponseModel):
    """What keeps the processes that render apart from the rest; ``landlock`` is the kernel's version of it."""

    landlock: int | None
    seccomp: bool
    missing: list[str]


class Readiness(ResponseModel):
    status: str
    database: str
    storage: str
    confinement: ConfinementDto


class HealthCheck(Resource):
    @Operation(id="getHealth", summary="Whether the server runs", tag=TAG, returns=Health, authenticated=False)
    def on_get(self, _call: Call) -> Health:
        """Looks at nothing but itself."""
        from velocity_engine import __version__

        return Health(status="ok", version=__version__)


class ReadyCheck(Resource):
    @Operation(
        id="getReadiness",
        summary="Whether the server can work",
        tag=TAG,
        returns=Readiness,
        authenticated=False,
        codes={503: "The database or the storage does not answer"},
    )
    def on_get(self, _call: Call) -> Readiness:
        """Asks the database and the storage, and whether enough of the disk is free."""
        faults = self.context.readiness.faults()
        if faults:
            detail = "; ".join(f"{name}: {sentence}" for name, sentence in faults.items())
            raise falcon.HTTPServiceUnavailable(title="Not ready", description=detail)
        found = confinement(self.settings.run_as, needs_of_all(self.settings))
        told = ConfinementDto(landlock=found.landlock, seccomp=found.seccomp, missing=list(found.missing))
        return Readiness(status="ready", database="ok", storage="ok", confinement=told)


class Metrics(Resource):
    @Operation(id="getMetrics", summary="Metrics for Prometheus", tag=TAG, binary=["text/plain"], authenticated=False)
    def on_get(self, call: Call) -> None:
        """Requests, jobs, storage."""
        call.resp.data = exposition()
        call.resp.content_type = "text/plain; version=0.0.4; charset=utf-8"


class OpenApiDocument(Resource):
    """Set up with the document once all routes are known."""

    document: dict[str, Any]

    @Operation(
        id="getOpenApi", summary="This API as OpenAPI 3.1", tag=TAG, binary=["application/json"], authenticated=False
    )
    def on_get(self, call: Call) -> None:
        """Made from the code that answers."""
        call.resp.data = json.dumps(self.document).encode()
        call.resp.content_type = falcon.MEDIA_JSON


class DocsPage(Resource):
    @Operation(id="getDocs", summary="This documentation", tag=TAG, binary=["text/html"], authenticated=False)
    def on_get(self, call: Call) -> None:
        """Loads nothing from elsewhere."""
        send_page(call.resp, "docs.html")


class ModelsPage(Resource):
    @Operation(
        id="getLlmsText", summary="This API for language models", tag=TAG, binary=["text/plain"], authenticated=False
    )
    def on_get(self, call: Call) -> None:
        """The shortest way to a video, in words."""
        send_page(call.resp, "llms.txt")


class DocsFile(Resource):
    def on_get(self, _req: falcon.Request, resp: falcon.Response, name: str) -> None:
        if not name.replace("-", "").replace(".", "").isalnum():
            raise NotFound("there is no such page")
        send_page(resp, f"swagger-ui/{name}")
        resp.set_header("Cache-Control", "public, max-age=86400")


def send_page(resp: falcon.Response, name: str) -> None:
    page = PAGES / name
    suffix = name[name.rfind(".") :]
    if not page.is_file() or suffix not in MEDIA:
        raise NotFound("there is no such page")
    resp.data = page.read_bytes()
    resp.content_type = MEDIA[suffix]
    resp.set_header(
        "Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"
    )
