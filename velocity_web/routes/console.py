"""/ and what the console there is made of: pages for people, which use this API like any other client."""

from __future__ import annotations

from importlib.resources import files
from typing import Annotated

import falcon

from velocity_web.http.operation import Call, Operation
from velocity_web.http.static_files import read_folder, send_static
from velocity_web.routes.context import Resource
from velocity_web.routes.system import TAG
from velocity_web.schemas.base import ResponseModel
from velocity_web.schemas.template import one_of

CONSOLE = read_folder(files("velocity_web") / "console")
PAGE = "index.html"
ELEMENTS = ("velocity-preview.js",)
"""What other sites load into their own pages, under an address that stays."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; img-src 'self' blob:; media-src 'self' blob:"
)
BUCKET = " https:"
"""Where downloads lead to a bucket (``VELOCITY_SIGNED_URL_SECONDS``), videos play from there."""


class ConsoleConfiguration(ResponseModel):
    """What the console asks before anything else."""

    mode: Annotated[str, one_of("service", "studio")]
    version: str


class ConsolePage(Resource):
    @Operation(id="getPage", summary="The console", tag=TAG, binary=["text/html"], authenticated=False)
    def on_get(self, call: Call) -> None:
        """Loads nothing from elsewhere."""
        page, _ = CONSOLE.find(PAGE)
        send_static(call.req, call.resp, page, lasting=False)
        policy = POLICY + BUCKET if self.settings.signed_url_seconds else POLICY
        call.resp.set_header("Content-Security-Policy", policy)
        call.resp.set_header("Referrer-Policy", "no-referrer")


class ConsoleFile(Resource):
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        file, lasting = CONSOLE.find(name)
        send_static(req, resp, file, lasting=lasting)
        if name in ELEMENTS:
            resp.set_header("Access-Control-Allow-Origin", "*")
            resp.set_header("Cross-Origin-Resource-Policy", "cross-origin")


class ConsoleConfig(Resource):
    @Operation(
        id="getConsoleConfiguration",
        summary="What the console shows",
        tag=TAG,
        returns=ConsoleConfiguration,
        authenticated=False,
    )
    def on_get(self, _call: Call) -> ConsoleConfiguration:
        """The service, with accounts, or a designer's studio."""
        from velocity_engine import __version__

        return ConsoleConfiguration(mode="service", version=__version__)
