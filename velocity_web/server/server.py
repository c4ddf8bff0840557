"""``velocity serve``: the HTTP server, and the worker process that it keeps beside itself."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress

import structlog

from velocity_web.events.tracing import close_tracing, set_up_tracing
from velocity_web.events.wake import on_wake
from velocity_web.logs import set_up_logs
from velocity_web.orders.executors import needs_of_all
from velocity_web.processes.privacy import close_folders, keep_private, tell_confinement
from velocity_web.server.allocator import settle_allocator
from velocity_web.server.app import create_app
from velocity_web.server.connections import GuardedServer
from velocity_web.services import admin
from velocity_web.services.codecs import load_codecs_soon
from velocity_web.settings import Settings
from velocity_web.storage.disk import hold_reserve, widen_log

FIRST_USER = "default"
RESTART_SECONDS = 0.5
SWITCH_SECONDS = 0.0005
"""How long one thread may keep the interpreter while others wait. A call waits for it several times, each time behind
all threads that are at work on heavier ones; Python's own 5 ms add up to a quarter of a second then."""
LOG = structlog.get_logger("velocity.server")


class WorkerKeeper:
    """Keeps one worker process alive, wakes it, and stops it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, name="worker-keeper", daemon=True)

    def start(self) -> None:
        self._spawn()
        self._thread.start()
        on_wake(self.wake)

    def wake(self) -> None:
        process = self._process
        if process and process.stdin:
            with suppress(OSError, ValueError):
                os.write(process.stdin.fileno(), b"w")

    def stop(self) -> None:
        """Ask the worker to stop; ``join`` waits for it."""
        with self._lock:
            self._stopping.set()
            if self._process and self._process.poll() is None:
                self._process.terminate()

    def join(self, seconds: float) -> None:
        if self._process:
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def _spawn(self) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            process = subprocess.Popen(
                [sys.executable, "-m", "velocity_web.jobs.worker"], stdin=subprocess.PIPE, start_new_session=True
            )
            assert process.stdin
            with suppress(OSError):
                os.write(process.stdin.fileno(), self._settings.model_dump_json().encode() + b"\n")
            os.set_blocking(process.stdin.fileno(), False)
            self._process = process

    def _keep(self) -> None:
        while not self._stopping.is_set():
            if self._process:
                status = self._process.wait()
                if self._stopping.is_set():
                    return
                LOG.error("the worker died and is started again", status=status)
                if self._process.stdin:
                    self._process.stdin.close()
            time.sleep(RESTART_SECONDS)
            self._spawn()


def build_server(settings: Settings) -> GuardedServer:
    """The listening server. Request bodies are spooled to the data folder. Raises OSError when the port is taken."""
    app = create_app(settings)
    tempfile.tempdir = str(settings.temporary.resolve())
    return GuardedServer(app, settings)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is under way within the grace time.

    Raises OSError, and ValueError when the user of ``VELOCITY_RUN_AS`` cannot be used.
    """
    settle_allocator()
    sys.setswitchinterval(SWITCH_SECONDS)
    set_up_logs(settings)
    set_up_tracing()
    keep_private()
    settings.data.mkdir(parents=True, exist_ok=True)
    server = build_server(settings)
    close_folders(settings)
    tell_confinement(settings, needs_of_all(settings))
    with suppress(OSError, sqlite3.Error):
        widen_log(settings)
        hold_reserve(settings)
    if key := admin.first_user(settings, FIRST_USER):
        print(f"API key of the first user {FIRST_USER!r}, shown this once: {key}", flush=True)
    keeper = WorkerKeeper(settings) if settings.workers else None
    stop = threading.Event()

    def on_signal(_number: int, _frame: object) -> None:
        stop.set()
        server.pull_trigger()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    if keeper:
        keeper.start()
    load_codecs_soon()
    print(f"Velocity serves http://{server.effective_host}:{server.effective_port}", flush=True)
    try:
        while not stop.is_set():
            server.turn(1.0)
    finally:
        if keeper:
            keeper.stop()
        drain(server, settings.grace_seconds)
        if keeper:
            keeper.join(settings.grace_seconds + 5)
        close_tracing()
    LOG.info("server stopped")


def drain(server: GuardedServer, seconds: float) -> None:
    """Take no new connections, and let the requests of the present ones finish."""
    server.accepting = False
    server.waiting.close()
    server.del_channel(server._map)
    server.socket.close()
    deadline = time.monotonic() + seconds
    while _is_busy(server) and time.monotonic() < deadline:
        server.turn(0.05)
    server.task_dispatcher.shutdown(timeout=1)


def _is_busy(server: GuardedServer) -> bool:
    channels = list(server.active_channels.values())
    return any(channel.requests or channel.request or channel.total_outbufs_len for channel in channels)
