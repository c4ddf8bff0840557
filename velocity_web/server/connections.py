"""The listening server: which connections make room for others, which took too long, and what is answered aside."""

from __future__ import annotations

import time
from typing import Any

import structlog
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from velocity_web.server.channel import GuardedChannel, GuardedParser
from velocity_web.server.dispatch import FairDispatcher
from velocity_web.server.gate import ASIDE_PATHS, AT_ONCE_PATHS, CROWDED, IN_MEMORY_BYTES, TIMED_OUT, Gate, normal_path
from velocity_web.server.rates import ByteAllowance
from velocity_web.server.waiting import WaitingRoom, holding
from velocity_web.settings import Settings

UNBOUNDED = 1 << 62  # the gate has the limits
DOORKEEPERS = 4
MIN_BYTES_PER_SECOND = 1024
WATCH_SECONDS = 1
READ_AWAY_BYTES_PER_SECOND = 32 * 2**20  # takes about 1 % of one processor
READ_AWAY_BURST_SECONDS = 1
ACCEPTED_AT_ONCE = 64  # well below what an address may have, so that a new one has time to send its head
LOG = structlog.get_logger("velocity.web")


def adjustments(settings: Settings) -> Adjustments:
    """waitress's settings."""
    proxy: dict[str, Any] = {}
    if settings.trusted_proxy:
        headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
        proxy = {"trusted_proxy": settings.trusted_proxy, "trusted_proxy_headers": headers}
    return Adjustments(
        host=settings.host,
        port=settings.port,
        threads=settings.threads,
        connection_limit=settings.connection_limit,
        max_request_body_size=UNBOUNDED,
        max_request_header_size=64 * 1024,
        inbuf_overflow=IN_MEMORY_BYTES,
        cleanup_interval=WATCH_SECONDS,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=True,
        ident="Velocity",
        **proxy,
    )


class GuardedServer(TcpWSGIServer):  # type: ignore[misc]  # waitress has no types
    """waitress's server with the gate before it. Raises OSError when the port is taken."""

    channel_class = GuardedChannel
    next_channel_cleanup: float

    def __init__(self, application: Any, settings: Settings) -> None:
        adj = adjustments(settings)
        self.settings = settings
        self.gate = Gate(settings)
        self.doorkeepers = FairDispatcher(DOORKEEPERS, "gate")
        self.read_away = ByteAllowance(READ_AWAY_BYTES_PER_SECOND, READ_AWAY_BURST_SECONDS)
        self._aside = FairDispatcher(1, "aside")
        self.waiting = WaitingRoom(settings)
        self._is_knocked_at = False
        threads = FairDispatcher(settings.threads, "request")
        super().__init__(holding(application), {}, dispatcher=threads, adj=adj, sockinfo=adj.listen[0])

    # --- whom to serve where ---

    def is_answered_at_once(self, request: GuardedParser) -> bool:
        return request.error is not None or normal_path(request.path) in AT_ONCE_PATHS

    def add_task(self, task: GuardedChannel) -> None:
        path = normal_path(getattr(task.requests[0], "path", ""))
        (self._aside if path in ASIDE_PATHS else self.task_dispatcher).add_task(task)

    # --- connections ---

    def readable(self) -> bool:
        now = time.time()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
        full = len(self.active_channels) >= self.settings.connection_limit
        return bool(self.accepting) and not (full and oldest_idle(self._channels()) is None)

    def turn(self, seconds: float) -> None:
        """Do what the sockets are ready for, waiting for it at most so long; then accept who waits outside.

        Accepting comes last: a new connection may get the number of one that was just closed, and what the kernel said
        of the old one must not be taken for news of the new one. A connection that makes room for it has been read.
        """
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)
        if self._is_knocked_at:
            self._is_knocked_at = False
            self._accept_all()

    def handle_accept(self) -> None:
        self._is_knocked_at = True

    def _accept_all(self) -> None:
        """Accept all that wait, not one in each turn: who opens hundreds would make the others wait."""
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                accepted = self.accept()
            except OSError as error:
                LOG.warning("a connection cannot be accepted", fault=str(error))
                return
            if accepted is None:
                return
            connection, address = accepted
            self.set_socket_options(connection)
            channel = self.channel_class(self, connection, self.fix_addr(address), self.adj, map=self._map)
            self._make_room(channel)

    def _make_room(self, newest: GuardedChannel) -> None:
        """Close an idle connection for ``newest`` where there are too many, or refuse it where none is idle."""
        others = [channel for channel in self._channels() if channel is not newest]
        address = newest.addr[0]
        if address != self.settings.trusted_proxy:
            neighbours = [channel for channel in others if channel.addr[0] == address]
            if len(neighbours) >= self.settings.connections_per_address:
                if idle := oldest_idle(neighbours):
                    idle.drop()
                else:
                    newest.give_up(CROWDED)
                return
        if len(others) >= self.settings.connection_limit and (idle := oldest_idle(others)):
            idle.drop()

    def _channels(self) -> list[GuardedChannel]:
        return list(self.active_channels.values())

    def maintenance(self, now: float) -> None:
        """End what takes too long: heads, bodies, and connections that have been silent for long."""
        super().maintenance(now)
        for channel in self._channels():
            self._hold_to_time(channel, time.monotonic())

    def _hold_to_time(self, channel: GuardedChannel, now: float) -> None:
        settings = self.settings
        if channel.requests or channel.awaiting or channel.drain_until or channel.total_outbufs_len:
            channel.since, channel.stretch = now, 0
            return
        waited = now - channel.since
        if channel.request is None:
            if not channel.answered and waited > settings.head_seconds:
                channel.drop()
        elif not channel.request.headers_finished:
            if waited > settings.head_seconds:
                channel.give_up(TIMED_OUT)
        elif waited > settings.body_seconds:
            if channel.stretch < MIN_BYTES_PER_SECOND * settings.body_seconds:
                channel.give_up(TIMED_OUT)
            else:
                channel.since, channel.stretch = now, 0


def oldest_idle(channels: list[GuardedChannel]) -> GuardedChannel | None:
    """The connection that has waited longest without a request under way, those first that are being closed anyway."""
    ranked = [
        (rank, channel.last_activity, channel) for channel in channels if (rank := _idleness(channel)) is not None
    ]
    return min(ranked, key=lambda one: one[:2])[2] if ranked else None


def _idleness(channel: GuardedChannel) -> int | None:
    """0 for a connection that is being closed, 1 for a silent one, 2 for an unfinished head; None for one at work."""
    if channel.drain_until:
        return 0
    if channel.requests or channel.awaiting or channel.total_outbufs_len:
        return None
    if channel.request is None:
        return 1
    return None if channel.request.headers_finished else 2
