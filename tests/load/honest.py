"""Clients that do what clients do, each with an account of its own: uploads, status, renders, cancels, downloads."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
from web.support_service import Client, Service, render_request
from web.support_templates import png, slow_template, template_zip, wav

PATIENCE = 120.0
BUSY = (429, 503)


class Honest:
    """One client, in a thread of its own, until it is told to stop."""

    def __init__(self, service: Service, seed: int, stop: threading.Event) -> None:
        self._client = service.client(quota_mb=2000, budget_ms=1 << 50)
        self._chance = random.Random(seed)
        self._stop = stop
        self._templates: list[str] = []
        self.answers: Counter[str] = Counter()
        self.broken: list[str] = []
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        with self._client as client:
            try:
                self._templates = [self._ready(client, template_zip())]
                while not self._stop.is_set():
                    self._step(client)
            except httpx.HTTPError as error:
                self.broken.append(repr(error))

    def _step(self, client: Client) -> None:
        steps: list[tuple[Callable[[Client], None], int]] = [
            (self._look, 50),
            (self._render, 8),
            (self._cancel, 8),
            (self._preview, 4),
            (self._upload, 6),
            (self._batch, 2),
            (self._lists, 12),
            (self._sound, 3),
            (self._picture, 3),
            (self._mistake, 10),
        ]
        [(step, _weight)] = self._chance.choices(steps, [weight for _step, weight in steps])
        step(client)

    def _ask(self, client: Client, method: str, path: str, **more: Any) -> httpx.Response:
        """An answer; one that asks for patience is waited for."""
        while True:
            answer = client.request(method, path, **more)
            self.answers[f"{method} {path.split('/')[1].split('?')[0]} {answer.status_code}"] += 1
            if answer.status_code >= 500 and answer.status_code not in BUSY:
                self.broken.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
            if answer.status_code not in BUSY or self._stop.is_set():
                return answer
            self._stop.wait(min(5.0, float(answer.headers.get("Retry-After", "1"))))

    def _settled(self, client: Client, path: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not self._stop.is_set():
            answer = self._ask(client, "GET", path)
            status = str(answer.json().get("status"))
            if answer.status_code != 200 or status in ("completed", "failed", "cancelled"):
                return status
            self._stop.wait(0.2)
        return "unsettled"

    def _ready(self, client: Client, content: bytes) -> str:
        answer = self._ask(client, "POST", "/template/upload", files={"file": ("template.zip", content)})
        template_id = str(answer.json().get("templateId"))
        self._settled(client, f"/template/{template_id}/status")
        return template_id

    def _start(self, client: Client) -> str | None:
        request = render_request(self._chance.choice(self._templates))
        answer = self._ask(client, "POST", "/render", json=request)
        return str(answer.json()["renderId"]) if answer.status_code == 200 else None

    # --- what clients do ---

    def _look(self, client: Client) -> None:
        self._ask(client, "GET", f"/template/{self._chance.choice(self._templates)}/status")

    def _lists(self, client: Client) -> None:
        path = self._chance.choice(
            ["/template/all", "/render/all?take=20", "/render/history", "/audio/list", "/asset", "/campaign"]
        )
        self._ask(client, "GET", path)

    def _render(self, client: Client) -> None:
        render_id = self._start(client)
        if render_id and self._settled(client, f"/render/{render_id}/status") == "completed":
            self._ask(client, "GET", f"/render/{render_id}/download")
            self._ask(client, "DELETE", f"/render/{render_id}")

    def _cancel(self, client: Client) -> None:
        render_id = self._start(client)
        if render_id:
            self._ask(client, "POST", f"/render/{render_id}/cancel")

    def _preview(self, client: Client) -> None:
        self._ask(client, "GET", f"/template/{self._chance.choice(self._templates)}/preview?frame=3&width=64")

    def _upload(self, client: Client) -> None:
        frames = self._chance.randint(5, 40)
        template_id = self._ready(client, template_zip(frames=frames) if frames > 8 else slow_template(1))
        self._templates.append(template_id)
        if len(self._templates) > 5:
            self._ask(client, "DELETE", f"/template/{self._templates.pop(0)}")

    def _batch(self, client: Client) -> None:
        rows = [
            {"name": f"Row {n}", "customizationMap": [{"layer": "Ground", "color": f"#10{n:02d}20"}]} for n in range(5)
        ]
        batch = {**render_request(self._templates[-1]), "rows": rows}
        answer = self._ask(client, "POST", "/render/batch", json=batch)
        if answer.status_code == 200:
            path = f"/render/batch/{answer.json()['batchId']}"
            self._ask(client, "GET", path)
            self._ask(client, "POST", f"{path}/cancel")

    def _sound(self, client: Client) -> None:
        answer = self._ask(client, "POST", "/audio/upload", files={"file": ("sound.wav", wav())})
        if answer.status_code == 200:
            audio_id = answer.json()["audioId"]
            self._settled(client, f"/audio/{audio_id}/status")
            self._ask(client, "DELETE", f"/audio/{audio_id}")

    def _picture(self, client: Client) -> None:
        answer = self._ask(client, "POST", "/asset", files={"file": ("picture.png", png())})
        if answer.status_code in (200, 201):
            asset_id = answer.json().get("assetId") or answer.json().get("id")
            self._ask(client, "GET", f"/asset/{asset_id}/download")
            self._ask(client, "DELETE", f"/asset/{asset_id}")

    def _mistake(self, client: Client) -> None:
        number = self._chance.randrange(1 << 32)
        self._ask(client, "GET", f"/render/00000000-0000-4000-8000-0000{number:08x}/status")
        self._ask(client, "GET", f"/nothing/{number}")
        self._ask(client, "POST", "/render", json={"templateId": "x", "name": str(number)})
