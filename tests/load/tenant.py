"""The other tenant: small renders with webhooks all the while, of which none may be lost."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from web.support_service import Client, Service
from web.support_templates import template_zip

EVERY = 4.0
AGAIN = 1.0
SETTLE_SECONDS = 120.0


class Taker:
    """Takes webhooks, by the render that each is about."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}
        import json

        taken = self.taken

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                taken.setdefault(message["data"]["renderId"], time.monotonic())
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"


class Tenant:
    """Asks for a render every few seconds. ``accepted`` were answered 200; ``refused`` counts the other answers."""

    def __init__(self, service: Service) -> None:
        self.client: Client = service.client(quota_mb=2000, budget_ms=1 << 50)
        self.template_id = self.client.ready_template(template_zip())
        self.status_path = f"/template/{self.template_id}/status"
        self.accepted: dict[str, float] = {}
        self.refused: dict[str, int] = {}
        self._taker = Taker()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(90)

    def _run(self) -> None:
        while not self._stop.is_set():
            answer = self._ask()
            if answer == "200":
                self._stop.wait(EVERY)
            else:
                self.refused[answer] = self.refused.get(answer, 0) + 1
                self._stop.wait(AGAIN)

    def _ask(self) -> str:
        request = {"templateId": self.template_id, "encoderConfig": {"bitrate": 100_000, "preset": 5}}
        try:
            answer = self.client.post("/render", json={**request, "name": "Honest", "webhookUrl": self._taker.url})
        except httpx.HTTPError as error:
            return type(error).__name__
        if answer.status_code == 200:
            self.accepted[answer.json()["renderId"]] = time.monotonic()
        return str(answer.status_code)

    def lost(self) -> list[str]:
        """What did not come of the accepted renders, once they had time: a sentence for each."""
        deadline = time.monotonic() + SETTLE_SECONDS
        missing = self._missing()
        while missing and time.monotonic() < deadline:
            time.sleep(1)
            missing = self._missing()
        return missing

    def longest_webhook_seconds(self) -> float:
        """From the answer to the request until its webhook came, at worst."""
        taken = self._taker.taken
        return max((taken[one] - began for one, began in self.accepted.items() if one in taken), default=0.0)

    def _missing(self) -> list[str]:
        found = []
        for render_id in self.accepted:
            try:
                status = self.client.get(f"/render/{render_id}/status")
            except httpx.HTTPError as error:
                return [f"the service does not answer: {error}"]
            state = status.json().get("status") if status.status_code == 200 else status.status_code
            if state != "completed":
                found.append(f"a render is {state}")
            elif render_id not in self._taker.taken:
                found.append("a webhook did not come")
        return found
