"""One file from a web server that a stranger named: from a checked address, within limits of bytes and time.

The address that was checked is the one that is connected to, and each redirect is checked anew. A timeout for each read
would let a server that sends a byte a second hold a fetch for ever, so the deadline is for all of it together.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpcore

from velocity_engine.errors import RenderCancelled, StorageError, TemporaryStorageError
from velocity_engine.network.addresses import ForbiddenAddress, Target, begin_look_up, target_of
from velocity_engine.network.failures import reason_of, tls_context
from velocity_engine.network.reach import Reach

CHUNK = 1 << 16
LOOK_SECONDS = 0.25
"""How often who waits for a server looks whether to stop."""
REDIRECTS = (301, 302, 303, 307, 308)
BUSY = (408, 425, 429, 500, 502, 503, 504)
"""Answers that may be others a moment later."""
MAX_URL = 8192
AGENT = "Velocity/1"
UNQUOTED = "/%:=&~+!$,;'@()*"
_look_ups = BoundedSemaphore(64)


class NotFetched(StorageError):
    """A file was not fetched, and another try would end the same way. The message is the reason alone."""


class NotFetchedNow(TemporaryStorageError):
    """A file was not fetched, and another try may end otherwise. The message is the reason alone."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How far a fetch may go.

    Attributes:
        size_bytes: The largest file.
        seconds: From the first look-up to the last byte, all redirects together.
        redirects: How many are followed.
    """

    size_bytes: int
    seconds: float = 60.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Version:
    """What a server said of a file, by which it tells later whether that is still the same: ETag and Last-Modified."""

    etag: str = ""
    modified: str = ""

    def headers(self) -> dict[bytes | str, bytes | str]:
        """By which a server is asked for the file only where it is another one."""
        if self.etag:
            return {"If-None-Match": self.etag}
        return {"If-Modified-Since": self.modified} if self.modified else {}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched, or that is still what it was, where ``is_same``."""

    version: Version
    size_bytes: int = 0
    sha256: str = ""
    is_same: bool = False


def never() -> bool:
    return False


def fetch(
    url: str,
    path: Path,
    limits: FetchLimits,
    reach: Reach,
    known: Version | None = None,
    stop: Callable[[], bool] = never,
) -> Fetched:
    """Fetches the file at a URL.

    Args:
        url: Its http or https URL.
        path: Where it is written. Nothing is there where this raises, or where the file is still the same.
        limits: How far to go.
        reach: Which hosts may be connected to.
        known: What the server said when it was fetched before.
        stop: Is asked while one waits.

    Raises:
        ForbiddenAddress: The URL, or one that it redirects to, leads to where nobody connects.
        NotFetched: There is no such file, it is too large, or its server does something else that stays wrong.
        NotFetchedNow: The server does not answer, or is busy.
        RenderCancelled: ``stop`` said so.
    """
    fetching = _Fetching(limits, reach, time.monotonic() + limits.seconds, stop)
    asked = (known or Version()).headers()
    try:
        for _ in range(limits.redirects + 1):
            answer = fetching.exchange(url, asked, path)
            if isinstance(answer, Fetched):
                return answer
            url = answer
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    raise NotFetched(f"it redirects more than {limits.redirects} times")


@dataclass(frozen=True, slots=True)
class _Fetching:
    """What all requests of one fetch share."""

    limits: FetchLimits
    reach: Reach
    deadline: float
    stop: Callable[[], bool]

    def left(self) -> float:
        """The seconds that are left; 0 is never told. Raises RenderCancelled and NotFetchedNow."""
        if self.stop():
            raise RenderCancelled("the fetch was cancelled")
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise NotFetchedNow(f"it took longer than {self.limits.seconds:g} seconds")
        return left

    def addresses(self, target: Target) -> list[str]:
        """Those of a target, all of them allowed. Raises ForbiddenAddress and NotFetchedNow."""
        if not _look_ups.acquire(timeout=self.left()):
            raise NotFetchedNow("too many names are being looked up")
        found = begin_look_up(target.host, target.port)
        found.add_done_callback(lambda _found: _look_ups.release())
        while True:
            try:
                addresses = found.result(min(LOOK_SECONDS, self.left()))
            except NotInTime:
                continue
            except (OSError, UnicodeError):
                raise NotFetchedNow(f"the host {target.host} cannot be found") from None
            self.reach.require(target, addresses)
            return addresses

    def exchange(self, url: str, asked: dict[bytes | str, bytes | str], path: Path) -> Fetched | str:
        """One request: the file, or the URL that it redirects to."""
        if len(url) > MAX_URL:
            raise ForbiddenAddress(f"it has more than {MAX_URL} characters")
        target = target_of(url)
        backend = _ToAddresses(self, self.addresses(target))
        try:
            with (
                httpcore.ConnectionPool(ssl_context=tls_context(), network_backend=backend) as pool,
                pool.stream(
                    "GET",
                    _plain_url(url, target),
                    headers={"Host": _host_header(target), "User-Agent": AGENT, "Accept": "*/*",
                             "Accept-Encoding": "identity", **asked},
                    extensions={"sni_hostname": target.host},
                ) as response,
            ):  # fmt: skip
                return self._taken(url, response, path, bool(asked))
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            if isinstance(error, OSError) and error.filename is not None:
                raise  # of the file that is written
            raise NotFetchedNow(reason_of(error, target)) from None

    def _taken(self, url: str, response: httpcore.Response, path: Path, is_known: bool) -> Fetched | str:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        status = response.status
        if status in REDIRECTS and "location" in headers:
            return _redirected(url, headers["location"])
        version = Version(headers.get("etag", "")[:1000], headers.get("last-modified", "")[:100])
        if status == 304 and is_known:
            return Fetched(version, is_same=True)
        if status in BUSY:
            raise NotFetchedNow(f"the answer was {status}")
        if status != 200:
            raise NotFetched(f"the answer was {status}")
        if (packed := headers.get("content-encoding", "identity").strip().lower()) not in ("identity", ""):
            raise NotFetched(f"the answer is packed as {packed[:40]}, though it was asked for as it is")
        said = headers.get("content-length", "")
        if said.isascii() and said.isdecimal() and int(said[:20]) > self.limits.size_bytes:
            raise self._too_large()
        return self._written(response, path, version)

    def _written(self, response: httpcore.Response, path: Path, version: Version) -> Fetched:
        digest, size = hashlib.sha256(), 0
        with path.open("wb") as file:
            for chunk in response.iter_stream():
                self.left()
                size += len(chunk)
                if size > self.limits.size_bytes:
                    raise self._too_large()
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise NotFetched("the file has no bytes")
        return Fetched(version, size, digest.hexdigest())

    def _too_large(self) -> NotFetched:
        return NotFetched(f"the file has more than {self.limits.size_bytes} bytes")


def _redirected(url: str, location: str) -> str:
    """Raises ForbiddenAddress where a redirect leads from https to what anybody on the way can read and change."""
    try:
        further = urljoin(url, location)
    except ValueError:
        raise ForbiddenAddress("it redirects to what is no URL") from None
    if urlsplit(url).scheme == "https" and urlsplit(further).scheme == "http":
        raise ForbiddenAddress("it redirects from https to http")
    return further


def _plain_url(url: str, target: Target) -> httpcore.URL:
    parts = urlsplit(url)
    where = quote(parts.path or "/", safe=UNQUOTED)
    if parts.query:
        where += "?" + quote(parts.query, safe=f"{UNQUOTED}?")
    return httpcore.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=where.encode()
    )


def _host_header(target: Target) -> str:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == {"http": 80, "https": 443}[target.scheme] else f"{host}:{target.port}"


class _ToAddresses(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, so that a name cannot mean another one a moment later."""

    def __init__(self, fetching: _Fetching, addresses: list[str]) -> None:
        self._fetching = fetching
        self._addresses = addresses
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        for number, address in enumerate(self._addresses, 1):
            seconds = self._fetching.left() / (1 + len(self._addresses) - number)
            try:
                stream = self._inner.connect_tcp(address, port, seconds, local_address, socket_options)
                return _Timed(self._fetching, stream)
            except (httpcore.NetworkError, httpcore.TimeoutException):
                if number == len(self._addresses):
                    raise
        raise httpcore.ConnectError("no address")


class _Timed(httpcore.NetworkStream):
    """A connection that is used no longer than the fetch may take."""

    def __init__(self, fetching: _Fetching, inner: httpcore.NetworkStream) -> None:
        self._fetching = fetching
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            try:
                return self._inner.read(min(max_bytes, CHUNK), min(LOOK_SECONDS, self._fetching.left()))
            except httpcore.ReadTimeout:
                continue  # ``left`` says when it is over

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._fetching.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._fetching, self._inner.start_tls(ssl_context, server_hostname, self._fetching.left()))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
