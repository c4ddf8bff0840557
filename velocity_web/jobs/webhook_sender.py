"""Sends webhooks that are due, each on its own, beside the jobs.

One thread speaks with the database, another with the receivers, so that neither waits for the other.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from datetime import UTC, datetime

import structlog

import velocity_engine as engine
from velocity_web.events.outgoing import Unanswered, post
from velocity_web.events.webhooks import reach_of
from velocity_web.jobs import deliveries
from velocity_web.jobs.deliveries import Delivery
from velocity_web.settings import Settings

AT_ONCE = 32
LONGEST_SLEEP = 10.0  # seconds
STOP_SECONDS = 3.0
LOG = structlog.get_logger("velocity.webhooks")

Outcome = tuple[int | None, str | None]
"""The status code of the answer, and what went wrong."""


class WebhookSender:
    """Looks for due deliveries until it is stopped: when ``wake`` is called where ``is_told`` says that it will be."""

    def __init__(self, settings: Settings, is_told: Callable[[], bool]) -> None:
        self._settings = settings
        self._is_told = is_told
        self._reach = reach_of(settings)
        self._stopped = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._under_way: dict[Future[Outcome], Delivery] = {}
        self._ended: queue.SimpleQueue[Future[Outcome] | None] = queue.SimpleQueue()
        """Attempts that came to their end; None to look for others."""
        self._look_ups: deque[tuple[Delivery, Future[list[str]]]] = deque()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        threading.Thread(target=self._loop.run_forever, name="webhook-receivers", daemon=True).start()
        self._thread.start()

    def wake(self) -> None:
        """There may be something due that was not before."""
        self._ended.put(None)

    def stop(self) -> None:
        """Start no more deliveries and break off those under way, which are due again at once."""
        self._stopped.set()
        self.wake()
        for future in list(self._under_way):
            future.cancel()
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._claim()
                self._settle(self._patience())
            except Exception:
                LOG.exception("webhooks could not be sent")
                self._stopped.wait(self._settings.poll_seconds)
        for future, delivery in self._under_way.items():
            future.cancel()
            with suppress(Exception):
                self._report(delivery, future)

    def _patience(self) -> float:
        """How long there is nothing to do unless it is told. What is due and has no room is looked at as ever."""
        if not self._is_told():
            return self._settings.poll_seconds
        due_in = deliveries.due_in()
        return LONGEST_SLEEP if due_in is None else min(LONGEST_SLEEP, max(self._settings.poll_seconds, due_in))

    def _claim(self) -> None:
        held = self._held_by_look_ups()
        while (room := AT_ONCE - len(self._under_way) - held.total()) > 0:
            claimed = deliveries.claim_round(room, held, self._settings)
            if not claimed:
                return
            for delivery in claimed:
                future = asyncio.run_coroutine_threadsafe(self._attempt(delivery), self._loop)
                self._under_way[future] = delivery
                future.add_done_callback(self._ended.put)

    def _held_by_look_ups(self) -> Counter[str]:
        """By account, the look-ups that hang on after their attempt was given up."""
        under_way = {delivery.id for delivery in self._under_way.values()}
        held: Counter[str] = Counter()
        for _ in range(len(self._look_ups)):
            delivery, found = self._look_ups.popleft()
            if not found.done():
                self._look_ups.append((delivery, found))
                held[delivery.account_id] += delivery.id not in under_way
        return held

    def _settle(self, seconds: float) -> None:
        """Wait for the end of an attempt, and write down all that ended."""
        with suppress(queue.Empty):
            future = self._ended.get(timeout=seconds)
            while True:
                if future is not None:
                    self._report(self._under_way.pop(future), future)
                future = self._ended.get_nowait()

    def _report(self, delivery: Delivery, future: Future[Outcome]) -> None:
        try:
            code, fault = future.result()
        except CancelledError:
            deliveries.give_back(delivery)
            return
        deliveries.report(delivery, code, fault, self._settings)
        LOG.info("webhook", delivery=delivery.id, attempt=delivery.attempts, code=code, fault=fault)

    # --- in the loop of the receivers ---

    async def _attempt(self, delivery: Delivery) -> Outcome:
        """POST one message: it is settled within the time of an attempt, whatever the receiver does."""
        from standardwebhooks.webhooks import Webhook

        now = datetime.now(UTC)
        message = f"msg_{delivery.id}"
        signatures = [Webhook(secret).sign(message, now, delivery.payload) for secret in delivery.secrets]
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Velocity-Webhooks/1",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(signatures),
        }

        async def resolve(host: str, port: int) -> str:
            found = engine.network.begin_look_up(host, port)
            self._look_ups.append((delivery, found))
            addresses = await asyncio.wrap_future(found)
            self._reach.require(engine.network.target_of(delivery.url), addresses)
            return addresses[0]

        body, seconds = delivery.payload.encode(), self._settings.webhook_timeout_seconds
        try:
            code = await post(delivery.url, headers, body, resolve, seconds)
        except (engine.network.ForbiddenAddress, Unanswered) as error:
            return None, str(error)
        except Exception:
            LOG.exception("a webhook's attempt broke", delivery=delivery.id)
            return None, "the attempt broke for a reason of the service's own"
        return code, None if 200 <= code < 300 else f"the answer was {code}"
