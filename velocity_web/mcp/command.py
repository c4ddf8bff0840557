"""``velocity mcp``, once its arguments are known."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import anyio

from velocity_client import AsyncVelocity
from velocity_web.mcp.desk import Desk
from velocity_web.mcp.own_service import own_service
from velocity_web.mcp.tools import make_server


def run_mcp(
    url: str | None, key: str | None, templates: Path | None, files: Path | None, downloads: Path | None
) -> None:
    """Serve the tools on standard input and output until the host closes them.

    Raises ValueError with a sentence where the arguments do not fit, or the session's own service does not start.
    """
    if (url is None) == (templates is None):
        raise ValueError("give the service's --url and VELOCITY_KEY, or a folder of --templates; one of the two")
    if url is not None and not key:
        raise ValueError("the service's key is missing; put it into the environment variable VELOCITY_KEY")
    for folder, option in ((templates, "--templates"), (files, "--files")):
        if folder is not None and not folder.is_dir():
            raise ValueError(f"{option} names no folder: {folder}")
    with ExitStack() as stack:
        if url is None or key is None:
            url, key = stack.enter_context(own_service())
        anyio.run(_serve, Desk(AsyncVelocity(url, key), templates, files, downloads))


async def _serve(desk: Desk) -> None:
    from velocity_engine import __version__

    async with desk.velocity:
        await make_server(desk, __version__).run_stdio_async()
