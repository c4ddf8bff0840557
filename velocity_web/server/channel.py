"""One connection: its requests pass the gate at their heads, and their bodies arrive within limits and in time.

waitress reads a connection in the thread that reads all of them, so nothing here waits: what asks the database does so
in a thread of its own, while the connection is not read. A connection that is closed is read away for a moment after
the answer, since closing a socket with unread data makes the kernel drop the answer.
"""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass
from typing import Any

import structlog
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import ChunkedReceiver
from waitress.task import WSGITask
from waitress.utilities import Error

from velocity_web.database.faults import is_no_space
from velocity_web.http.metrics import SENT_BYTES
from velocity_web.http.problems import MEDIA_TYPE, problem_body
from velocity_web.http.waiting import PATIENCE
from velocity_web.server.gate import NO_ROOM, NOT_ANSWERING, Allowance, Head, Refusal, normal_path
from velocity_web.server.waiting import Held, RequestPatience

LINGER_SECONDS = 5.0
DRAINED_AT_ONCE = 256 * 1024
SMALLEST_COST_BYTES = 16 * 1024  # a read of one byte takes as long as a read of this many
CHUNK_LINE_BYTES = 4096
TRAILER_BYTES = 16 * 1024
LOG = structlog.get_logger("velocity.web")

UNSPOOLED = Refusal(503, "Service unavailable", "the request's body cannot be stored; try again", retry_after=1)
BAD_CHUNK = Refusal(400, "Bad Request", "the chunked body has a line that is too long")


class ProblemError(Error):  # type: ignore[misc]  # waitress has no types
    """An error of waitress that answers with a problem document. ``origin``: of the web page that asked, which may
    read why it was refused, since a refusal shows nothing of anybody.
    """

    def __init__(self, refusal: Refusal, origin: str | None = None) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal
        self.origin = origin
        self.code = refusal.status
        self.reason = refusal.title

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        refusal = self.refusal
        body = problem_body(refusal.status, refusal.title, refusal.detail, refusal.errors)
        headers = [("Content-Type", MEDIA_TYPE), ("Connection", "close")]
        if refusal.status == 401:
            headers.append(("WWW-Authenticate", 'ApiKey header="X-API-Key"'))
        if refusal.retry_after:
            headers.append(("Retry-After", str(refusal.retry_after)))
        if self.origin is not None:
            headers.append(("Vary", "Origin"))
            headers.append(("Access-Control-Allow-Origin", self.origin))
            headers.append(("Access-Control-Expose-Headers", "Retry-After"))
        return f"{refusal.status} {refusal.title}", headers, body


class GuardedParser(HTTPRequestParser):  # type: ignore[misc]  # waitress has no types
    """A request as it arrives. Its body is held to ``allowance``; ``group`` is whose turn it is served in."""

    allowance: Allowance | None = None
    group = ""
    entered = False
    patience: RequestPatience | None = None
    error: Error | None

    def received(self, data: bytes) -> int:
        try:
            consumed: int = super().received(data)
        except OSError as error:
            LOG.error("a request's body cannot be spooled", fault=str(error))
            self.refuse(NO_ROOM if is_no_space(error) else UNSPOOLED)
            return len(data)
        if self.error is not None and not isinstance(self.error, ProblemError):
            self.refuse(Refusal(self.error.code, self.error.reason, str(self.error.body)))
        elif self.allowance and self._announced_bytes() > self.allowance.limit:
            self.refuse(self.allowance.beyond)
        elif self._has_endless_line():
            self.refuse(BAD_CHUNK)
        return consumed

    def head(self, address: str) -> Head:
        has_body = bool(self.chunked or self.content_length > 0)
        path = normal_path(self.path)
        return Head(path, self.headers.get("X_API_KEY"), address, has_body, self.content_length)

    def refuse(self, refusal: Refusal) -> None:
        """End the request, and give back at once what its body took of the disk."""
        self.error = ProblemError(refusal, self.headers.get("ORIGIN"))
        self.expect_continue = False
        self.connection_close = True
        self.completed = True
        self.close()

    def close(self) -> None:
        """Let go of the body's file. A full disk must not hinder that: what was not written yet cannot be either."""
        with contextlib.suppress(OSError):
            super().close()

    def _announced_bytes(self) -> int:
        """What has come of the body, and what the present chunk says will come."""
        receiver = self.body_rcv
        ahead = receiver.chunk_remainder if isinstance(receiver, ChunkedReceiver) else 0
        return int(self.body_bytes_received) + int(ahead)

    def _has_endless_line(self) -> bool:
        receiver = self.body_rcv
        return isinstance(receiver, ChunkedReceiver) and (
            len(receiver.control_line) > CHUNK_LINE_BYTES or len(receiver.trailer) > TRAILER_BYTES
        )


class GuardedTask(WSGITask):  # type: ignore[misc]  # waitress has no types
    """An answer of the application, which may hold it back; the gate learns from it which keys were wrong."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if self.request.patience is None:
            self.request.patience = RequestPatience(self.channel.server.waiting)
        environ[PATIENCE] = self.request.patience
        return environ

    def finish(self) -> None:
        super().finish()
        if self.status.startswith("401") and self.request.headers.get("X_API_KEY"):
            self.channel.server.gate.note_wrong_key(self.channel.client_address(self.request))


@dataclass(frozen=True, slots=True)
class Admission:
    """The question whether a request's body may come, asked in a thread that may wait for the database."""

    channel: GuardedChannel
    head: Head
    group: str

    def service(self) -> None:
        try:
            verdict = self.channel.server.gate.admit(self.head)
        except Exception as error:  # noqa: BLE001  # whatever the driver raises, the answer is the same
            LOG.error("the gate cannot decide", fault=str(error))
            verdict = NO_ROOM if is_no_space(error) else NOT_ANSWERING
        self.channel.verdict = verdict
        self.channel.server.pull_trigger()

    def cancel(self) -> None:
        self.channel.cancel()


class LingeringChannel(HTTPChannel):  # type: ignore[misc]  # waitress has no types
    """A connection that, when it closes, first reads away what the client still sends.

    What a ``stranger`` sends, a client none of whose bodies was admitted, is read away no faster than the server's
    allowance for all of them, so that nobody keeps the server busy with what it throws away.
    """

    drain_until = 0.0
    stranger = True

    def handle_close(self) -> None:
        unread = self.connected and not self.drain_until and self.socket is not None
        if unread and self._half_close():
            self.drain_until = time.monotonic() + LINGER_SECONDS
            self.will_close = False
            return
        super().handle_close()

    def drop(self) -> None:
        """Close at once."""
        super().handle_close()

    def _half_close(self) -> bool:
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def readable(self) -> bool:
        if self.drain_until:
            return not (self.stranger and self.server.read_away.is_spent())
        return bool(super().readable())

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
            data = self.recv(DRAINED_AT_ONCE)
        except OSError:
            data = b""
        if self.stranger:
            self.server.read_away.spend(max(len(data), SMALLEST_COST_BYTES))
        if not data or time.monotonic() > self.drain_until:
            super().handle_close()


class GuardedChannel(LingeringChannel):
    """A connection whose requests pass the gate.

    ``awaiting`` while the gate's verdict on a body is out; ``held`` is what was read beyond its head meanwhile.
    ``since`` is when the wait for the present part (a head, or a stretch of a body) began, ``stretch`` its bytes.
    ``is_held`` while the answer to its request is held back.
    """

    parser_class = GuardedParser
    task_class = GuardedTask
    request: Any
    sent_continue: bool

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.awaiting = False
        self.verdict: Refusal | Allowance | None = None
        self.held = b""
        self.at_once = False
        self.is_held = False
        self.answered = 0
        self.since = time.monotonic()
        self.stretch = 0
        super().__init__(*arguments, **options)

    def send(self, data: bytes, do_close: bool = True) -> int:
        sent: int = super().send(data, do_close)
        SENT_BYTES.inc(sent)
        return sent

    @property
    def group(self) -> str:
        """Whose turn the oldest of the requests is served in."""
        return str(self.requests[0].group) if self.requests else ""

    def client_address(self, request: GuardedParser) -> str:
        """The address that a trusted proxy names, else the other end of the connection."""
        address = str(self.addr[0]) if self.addr else ""
        if self.server.settings.trusted_proxy and address == self.server.settings.trusted_proxy:
            named = request.headers.get("X_FORWARDED_FOR", "").split(",")[-1].strip().strip("[]")
            return named or address
        return address

    # --- reading ---

    def readable(self) -> bool:
        if self.is_held and not self.drain_until:
            return self.request is None and len(self.requests) == 1  # so that its end is noticed
        return not self.awaiting and super().readable()

    @property
    def is_abandoned(self) -> bool:
        """Whether the client is gone, so that nobody would read an answer."""
        return not self.connected or bool(self.drain_until)

    def service(self) -> None:
        try:
            super().service()
        except Held:
            request = self.requests[0]
            self.server.waiting.take(self, request.patience)

    def writable(self) -> bool:
        return self.verdict is not None or super().writable()

    def handle_write(self) -> None:
        if self.verdict is not None:
            self._resume()
        super().handle_write()

    def received(self, data: bytes) -> bool:
        """Take in what was read: whole requests go to be served, the rest waits for more."""
        with self.requests_lock:
            self._take_in(data)
        self._serve_at_once()
        return True

    def _take_in(self, data: bytes) -> None:
        if self.will_close or self.close_when_flushed:
            return
        while data and not self.awaiting:
            if self.request is None:
                self.request = self.parser_class(self.adj)
                self._begin_stretch()
            consumed = self.request.received(data)
            self.stretch += consumed
            data = data[consumed:]
            if self.request.headers_finished and not self.request.entered and not self.request.empty:
                self.awaiting = self._enter()
            if self.awaiting:
                self.held = data
            elif self._settle_request():
                return

    def _begin_stretch(self) -> None:
        self.since = time.monotonic()
        self.stretch = 0

    def _enter(self) -> bool:
        """Show the request's head to the gate. True when its body's admission is asked for, in another thread."""
        request = self.request
        request.entered = True
        if request.error is not None:
            return False
        head = request.head(self.client_address(request))
        entry = self.server.gate.enter(head)
        if isinstance(entry, Refusal):
            request.refuse(entry)
            return False
        request.group = entry.group
        request.allowance = entry.allowance
        self._begin_stretch()
        if not head.has_body or entry.allowance is not None:
            return False
        self.server.doorkeepers.add_task(Admission(self, head, entry.group))
        return True

    def _resume(self) -> None:
        """Go on with the request whose body was admitted, or refuse it."""
        with self.requests_lock:
            verdict, data = self.verdict, self.held
            self.awaiting, self.verdict, self.held = False, None, b""
            if self.request is not None:
                self._begin_stretch()
                if isinstance(verdict, Refusal):
                    self.request.refuse(verdict)
                else:
                    self.stranger = False
                    self.request.allowance = verdict
                if not self._settle_request():
                    self._take_in(data)
        self._serve_at_once()

    def send_continue(self) -> None:
        if not self.awaiting:
            super().send_continue()

    def _settle_request(self) -> bool:
        """Ask for the body of a client that waits to be asked; queue the request once it is whole.

        True when the connection's input ends here, since the request was refused.
        """
        request = self.request
        if request.expect_continue and request.headers_finished and not self.requests and not self.sent_continue:
            self.send_continue()
        if not request.completed:
            return False
        self.sent_continue = False
        self.request = None
        self._begin_stretch()
        if not request.empty:
            self.answered += 1
            self.requests.append(request)
            if len(self.requests) == 1:
                self.at_once = self.server.is_answered_at_once(request)
                if not self.at_once:
                    self.server.add_task(self)
        return request.error is not None

    def _serve_at_once(self) -> None:
        """Answer in this thread what needs no other: refusals, and whether the server is alive."""
        if self.at_once:
            self.at_once = False
            self.service()

    def give_up(self, refusal: Refusal) -> None:
        """Refuse the request that is on its way, or the connection before its first one."""
        with self.requests_lock:
            if self.requests or self.awaiting or self.will_close or self.close_when_flushed:
                return
            if self.request is None:
                self.request = self.parser_class(self.adj)
            if not self.request.headers_finished:
                self.request.version = "1.1"
            self.request.refuse(refusal)
            self._settle_request()
        self._serve_at_once()
