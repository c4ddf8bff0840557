"""What is refused at a request's head, before a byte of its body is read: a wrong key, a body too large, a full quota.

waitress spools a body before the application runs, so these checks sit in its parser. A refused connection is drained
for a moment after the answer, since closing a socket with unread data makes the kernel drop the answer.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import TcpWSGIServer
from waitress.utilities import Error

from velocity_web.auth import find_caller
from velocity_web.entities import reading
from velocity_web.problems import MEDIA_TYPE, problem_body
from velocity_web.quota import full_sentence, storage_of
from velocity_web.settings import Settings

MULTIPART_OVERHEAD = 64 * 1024
OTHER_JSON_BYTES = 1_048_576
LINGER_SECONDS = 5.0
OPEN_PATHS = ("/", "/docs", "/openapi.json", "/health", "/ready", "/metrics")


def normal_path(path: str) -> str:
    """The form under which routes are known: lower case, no final slash."""
    return path.lower().rstrip("/") or "/"


def is_open(path: str) -> bool:
    """Whether a (normal) path needs no key."""
    return path in OPEN_PATHS or path.startswith("/docs/")


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    title: str
    detail: str
    errors: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many bytes a body may have, and what is said when it has more."""

    limit: int
    beyond: Refusal


UNAUTHORIZED = Refusal(401, "Unauthorized", "the X-API-Key header is missing or is not a valid API key")


class ProblemError(Error):  # type: ignore[misc]  # waitress has no types
    """An error of waitress that answers with a problem document."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal
        self.code = refusal.status
        self.reason = refusal.title

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        refusal = self.refusal
        body = problem_body(refusal.status, refusal.title, refusal.detail, refusal.errors)
        headers = [("Content-Type", MEDIA_TYPE), ("Connection", "close")]
        if refusal.status == 401:
            headers.append(("WWW-Authenticate", 'ApiKey header="X-API-Key"'))
        return f"{refusal.status} {refusal.title}", headers, body


class Gate:
    """Decides on a request by its head alone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def upload_limit(self, path: str) -> int | None:
        """The largest file of an upload path; None where the body is no upload."""
        if path == "/template/upload":
            return self.settings.max_template_bytes
        if path == "/audio/upload" or (path.startswith("/audio-asset-group/") and path.endswith("/audio")):
            return self.settings.max_audio_bytes
        if path == "/asset":
            return self.settings.max_asset_bytes
        return None

    def json_limit(self, path: str) -> int:
        """The largest body of a path that takes JSON."""
        own = {"/render": self.settings.max_render_bytes, "/render/batch": self.settings.max_json_bytes}
        return own.get(path, min(OTHER_JSON_BYTES, self.settings.max_json_bytes))

    def admit(self, path: str, key: str | None, content_length: int) -> Refusal | Allowance:
        """Let a request with a body in, up to an allowance, or refuse it. ``content_length`` is 0 if it is chunked."""
        caller = find_caller(key)
        if caller is None and not is_open(path):
            return UNAUTHORIZED
        largest = self.upload_limit(path)
        if largest is None or caller is None:
            limit = self.json_limit(path)
            allowance = Allowance(limit, Refusal(413, "Too large", f"a request body may have at most {limit} bytes"))
        else:
            beyond = Refusal(413, "Too large", f"the file may have at most {largest} bytes")
            allowance = Allowance(largest + MULTIPART_OVERHEAD, beyond)
            if content_length <= allowance.limit:
                with reading():
                    storage = storage_of(caller.account_id)
                room = storage.available_bytes + MULTIPART_OVERHEAD
                if room < allowance.limit:
                    size = max(content_length - MULTIPART_OVERHEAD, storage.available_bytes + 1)
                    sentence = full_sentence(storage, size)
                    full = Refusal(400, "Storage quota exceeded", sentence, {"file": [sentence]})
                    allowance = Allowance(room, full)
        return allowance.beyond if content_length > allowance.limit else allowance


def guarded_parser(gate: Gate) -> type[HTTPRequestParser]:
    """waitress's parser with ``gate`` at the end of each request's head."""

    class GuardedParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
        admitted: Allowance | None = None
        error: Error | None

        def received(self, data: bytes) -> int:
            consumed: int = super().received(data)
            if self.headers_finished and self.admitted is None and self.error is None and not self.empty:
                self._admit()
            if self.admitted and self.body_bytes_received > self.admitted.limit:
                self._refuse(self.admitted.beyond)
            if self.error is not None and not isinstance(self.error, ProblemError):
                self._refuse(Refusal(self.error.code, self.error.reason, str(self.error.body)))
            return consumed

        def _admit(self) -> None:
            if not (self.chunked or self.content_length > 0):
                return
            try:
                verdict = gate.admit(normal_path(self.path), self.headers.get("X_API_KEY"), self.content_length)
            except Exception:  # noqa: BLE001  # whatever the driver raises, the answer is the same
                verdict = Refusal(503, "Service unavailable", "the database does not answer")
            if isinstance(verdict, Refusal):
                self._refuse(verdict)
            else:
                self.admitted = verdict

        def _refuse(self, refusal: Refusal) -> None:
            self.error = ProblemError(refusal)
            self.expect_continue = False
            self.connection_close = True
            self.completed = True

    return GuardedParser


class DrainingChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection that, when it closes, first reads away what the client still sends."""

    drain_until = 0.0

    def handle_close(self) -> None:
        unread = self.connected and not self.drain_until and self.socket is not None
        if unread and self._half_close():
            self.drain_until = time.monotonic() + LINGER_SECONDS
            self.will_close = False
            return
        super().handle_close()

    def _half_close(self) -> bool:
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def readable(self) -> bool:
        return bool(self.drain_until) or super().readable()

    def writable(self) -> bool:
        if self.drain_until:
            return time.monotonic() > self.drain_until
        return bool(super().writable())

    def handle_write(self) -> None:
        if self.drain_until:
            super().handle_close()
        else:
            super().handle_write()

    def handle_read(self) -> None:
        if not self.drain_until:
            super().handle_read()
            return
        try:
            data = self.recv(256 * 1024)
        except OSError:
            data = b""
        if not data or time.monotonic() > self.drain_until:
            super().handle_close()


def install(server: TcpWSGIServer, gate: Gate) -> None:
    """Put the gate before the connections that ``server`` accepts from now on."""
    parser: Callable[..., HTTPRequestParser] = guarded_parser(gate)
    server.channel_class = type("GuardedChannel", (DrainingChannel,), {"parser_class": parser})
