"""``velocity studio``: the server of one template, on 127.0.0.1 alone."""

from __future__ import annotations

import hashlib
import logging
import secrets
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any
from uuid import UUID

import falcon

from velocity_web.clock import now_ms
from velocity_web.failures import Failure
from velocity_web.http.problems import answer_failure, answer_unexpected, serialize_http_error
from velocity_web.http.static_files import send_static
from velocity_web.routes.console import CONSOLE, PAGE, POLICY
from velocity_web.settings import Settings
from velocity_web.studio import panels, resources
from velocity_web.studio.assets import Shelf
from velocity_web.studio.guard import Guard
from velocity_web.studio.renders import Renders
from velocity_web.studio.watching import watch_template
from velocity_web.studio.workshop import Workshop

HOST = "127.0.0.1"
THREADS = 16
ROUTES: tuple[tuple[str, type[resources.Resource]], ...] = (
    ("/template/{template_id}", resources.TemplateItem),
    ("/template/{template_id}/timeline", resources.TemplateTimeline),
    ("/template/{template_id}/preview", resources.TemplatePreview),
    ("/template/{template_id}/preview/clip", resources.TemplateClip),
    ("/render", resources.Orders),
    ("/render/codecs", resources.Codecs),
    ("/render/{render_id}/status", resources.RenderStatus),
    ("/render/{render_id}/cancel", resources.RenderCancel),
    ("/render/{render_id}/link", resources.RenderLink),
    ("/link/{secret}", resources.Link),
    ("/asset", resources.Assets),
    ("/asset/{asset_id}", resources.Asset),
    ("/asset/{asset_id}/download", resources.AssetDownload),
    ("/audio/list", resources.Audio),
    ("/studio/changes", panels.Changes),
    ("/studio/layers", panels.Layers),
    ("/studio/frame", panels.Frame),
    ("/studio/costs", panels.Costs),
)


class Page:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        page, _ = CONSOLE.find(PAGE)
        send_static(req, resp, page, lasting=False)
        resp.set_header("Content-Security-Policy", POLICY)
        resp.set_header("Referrer-Policy", "no-referrer")


class PageFile:
    def on_get(self, req: falcon.Request, resp: falcon.Response, name: str) -> None:
        file, lasting = CONSOLE.find(name)
        send_static(req, resp, file, lasting=lasting)


class Configuration:
    def on_get(self, _req: falcon.Request, resp: falcon.Response) -> None:
        from velocity_engine import __version__

        resp.media = {"mode": "studio", "version": __version__}


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. ``port`` 0 takes a free one; ``renders`` is where videos go; ``fonts`` are the
    arguments of ``open_template`` that are about fonts."""

    template: Path
    animation: str | None
    renders: Path
    port: int
    fonts: Mapping[str, Any] = field(default_factory=dict)


def create_app(studio: resources.Studio, guard: Guard) -> falcon.App[falcon.Request, falcon.Response]:
    app = falcon.App(middleware=[guard])
    app.add_error_handler(Exception, answer_unexpected)
    app.add_error_handler(Failure, answer_failure)
    app.add_error_handler(falcon.HTTPError, _answer_http_error)
    app.set_error_serializer(serialize_http_error)
    app.add_route("/", Page())
    app.add_route("/config.json", Configuration())
    app.add_route("/console/{name:path}", PageFile())
    for path, resource in ROUTES:
        app.add_route(path, resource(studio))
    return app


def _answer_http_error(req: falcon.Request, resp: falcon.Response, error: falcon.HTTPError, _params: object) -> None:
    serialize_http_error(req, resp, error)


def serve_studio(options: Options, tell: Callable[[str], None]) -> None:
    """Serves until it is interrupted. ``tell`` is called with the address once it answers.

    Raises the engine's errors where the template cannot be opened, and OSError where the port is taken.
    """
    import waitress

    logging.getLogger("waitress").setLevel(logging.ERROR)
    listener = socket.create_server((HOST, options.port), backlog=64)
    port = listener.getsockname()[1]
    token = secrets.token_urlsafe(24)
    stopping = threading.Event()
    with tempfile.TemporaryDirectory(prefix="velocity-studio-") as folder:
        workshop = Workshop(options.template, options.animation, options.fonts)
        renders = Renders(workshop, options.renders)
        studio = resources.Studio(workshop, renders, Shelf(Path(folder)), Settings(), identity_of(options), now_ms())
        watcher = threading.Thread(
            target=watch_template, args=(options.template, stopping, workshop.reload), name="studio-watch", daemon=True
        )
        watcher.start()
        server = waitress.create_server(create_app(studio, Guard(token, port)), sockets=[listener], threads=THREADS)
        tell(f"http://{HOST}:{port}/#token={token}")
        try:
            with _ending(workshop):
                server.run()
        finally:
            stopping.set()
            renders.stop()
            server.close()
            watcher.join()
            workshop.close()


@contextmanager
def _ending(workshop: Workshop) -> Iterator[None]:
    """While it lasts, SIGINT and SIGTERM end the server at once: whoever waits for a change is answered first."""

    def end(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=workshop.end, daemon=True).start()  # this one may hold the lock that it takes
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def identity_of(options: Options) -> str:
    """The same id for the same file, so that the page finds again what was filled in."""
    told = f"{options.template.resolve()}\0{options.animation or ''}"
    return str(UUID(bytes=hashlib.sha256(told.encode("utf-8", "surrogateescape")).digest()[:16]))
