"""Downloads that go on after a broken connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from os import PathLike
from pathlib import Path

import httpx

from velocity_client._async.http import AsyncRetryingClient, unreachable
from velocity_client._pause import async_pause
from velocity_client.errors import Refused, Unreachable
from velocity_client.parts import OnBytes, Part

ELSEWHERE = (301, 302, 303, 307, 308)


async def download(
    http: AsyncRetryingClient, url: str, target: str | PathLike[str], on_bytes: OnBytes | None = None
) -> Path:
    """The path of the whole file. Raises Damaged, Refused and Unreachable."""
    with Part(Path(target), on_bytes) as part:
        fruitless = 0
        while True:
            before = part.size
            try:
                await _receive(http, url, part)
                break
            except httpx.TransportError as fault:
                fruitless = 0 if part.size > before else fruitless + 1
                if fruitless >= http.retries.most:
                    raise Unreachable(unreachable(http.build_request("GET", url), fault)) from fault
                await async_pause(http.retries.pause(fruitless))
            except Refused as refused:
                if refused.status != 416 or not before:
                    raise
                if part.is_whole(refused.headers.get("Content-Range", "")):
                    break
                part.discard()  # what is there is no part of what the service has
        part.finish()
        return part.target


async def _receive(http: AsyncRetryingClient, url: str, part: Part) -> None:
    async with _opened(http, url, part) as answer:
        part.begin(answer)
        try:
            async for data in answer.aiter_bytes():
                part.write(data)
        finally:
            part.close()


@asynccontextmanager
async def _opened(http: AsyncRetryingClient, url: str, part: Part) -> AsyncIterator[httpx.Response]:
    """The answer that brings the file, from the service or from the storage that it names, which never gets the key."""
    answer = await http.send(http.build_request("GET", url, headers=part.headers()), stream=True)
    try:
        part.learn(answer)
        if answer.status_code in ELSEWHERE:
            await answer.aclose()
            there = http.build_request("GET", answer.url.join(answer.headers["Location"]), headers=part.headers())
            del there.headers["X-API-Key"]
            answer = await http.send(there, stream=True)
        yield answer
    finally:
        await answer.aclose()
