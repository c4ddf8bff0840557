"""One HTTP request to a host that a stranger named: to a checked address, within a deadline, reading little.

A timeout for each read would let a receiver that sends a byte a second hold the request for ever; so the deadline is
for all of it together: name, connection, TLS, request, and the head of the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpcore

import velocity_engine as engine

HEAD_BYTES = 32 * 1024
Resolve = Callable[[str, int], Awaitable[str]]
"""The address to connect to for a host and port. Raises ForbiddenAddress, and OSError."""


class Unanswered(Exception):
    """There was no answer; the message says why, to the person who named the URL."""


class _Bounded(httpcore.AsyncNetworkStream):
    """A connection that is read from only while no more than a head's bytes came."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._taken = 0

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._taken > HEAD_BYTES:
            raise Unanswered(f"the head of the answer has more than {HEAD_BYTES} bytes")
        data = await self._inner.read(min(max_bytes, HEAD_BYTES), timeout)
        self._taken += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return _Bounded(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to the address that was checked, so that a name cannot mean another one a moment later."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._inner = httpcore.AnyIOBackend()
        self._opened: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        address = await self._resolve(host, port)
        stream = await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
        self._opened.append(stream)
        return _Bounded(stream)

    async def close(self) -> None:
        for stream in self._opened:
            await stream.aclose()


async def post(url: str, headers: Mapping[str, str], body: bytes, resolve: Resolve, seconds: float) -> int:
    """POST ``body``, without following redirects and without reading the answer's body.

    Args:
        url: Where to, as it was given.
        headers: What to send beside Host and Content-Length.
        body: What to send.
        resolve: Finds and checks the address of the host.
        seconds: How long all of it may take.

    Returns:
        The status of the answer.

    Raises:
        Unanswered: There was no answer in time, or none that is HTTP.
        ForbiddenAddress: The URL is not allowed, or ``resolve`` raised it.
    """
    target = engine.network.target_of(url)
    backend = _Guarded(resolve)
    try:
        async with asyncio.timeout(seconds):
            return await _exchange(url, target, headers, body, backend)
    except TimeoutError:
        raise Unanswered(f"the receiver did not answer within {seconds:g} seconds") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
        raise Unanswered(engine.network.reason_of(error, target)) from None
    finally:
        await backend.close()


async def _exchange(
    url: str, target: engine.network.Target, headers: Mapping[str, str], body: bytes, backend: _Guarded
) -> int:
    lines = [("Host", urlsplit(url).netloc), ("Content-Length", str(len(body))), *headers.items()]
    extensions = {"sni_hostname": target.host}
    async with (
        httpcore.AsyncConnectionPool(ssl_context=engine.network.tls_context(), network_backend=backend) as pool,
        pool.stream("POST", url, headers=lines, content=body, extensions=extensions) as response,
    ):
        return response.status
