"""Sends webhooks that are due, a few at once, beside the jobs."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import structlog

from velocity_web.clock import now_ms
from velocity_web.entities import reading, rows
from velocity_web.services import webhooks
from velocity_web.settings import Settings

AT_ONCE = 8
LOG = structlog.get_logger("velocity.webhooks")


class WebhookSender:
    """A thread that looks for due deliveries until it is stopped."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Start no more deliveries; those under way are due again later, wherever they stood."""
        self._stopped.set()

    def _run(self) -> None:
        with ThreadPoolExecutor(AT_ONCE, "webhook") as pool:
            while not self._stopped.wait(self._settings.poll_seconds):
                try:
                    if self._is_due():
                        list(pool.map(self._deliver, webhooks.claim_due(AT_ONCE)))
                except Exception:
                    LOG.exception("webhooks could not be sent")

    def _is_due(self) -> bool:
        with reading():
            sql = "SELECT 1 FROM webhook_delivery WHERE status = 'pending' AND next_at <= $now LIMIT 1"
            return bool(rows(sql, {"now": now_ms()}))

    def _deliver(self, delivery: webhooks.Delivery) -> None:
        code, fault = webhooks.attempt(delivery, self._settings)
        webhooks.report(delivery, code, fault, self._settings)
        LOG.info("webhook", delivery=delivery.id, attempt=delivery.attempts, code=code, fault=fault)
