"""Webhooks: signed, repeated until they are taken, kept from private addresses."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from web.support_service import Client, Service, render_request
from web.support_templates import slow_template, template_zip

from velocity_web.failures import Invalid
from velocity_web.services.webhooks import ForbiddenAddress, require_allowed, resolve
from velocity_web.settings import Settings


class Receiver:
    """Takes POSTs, answering with the statuses given, then with 200."""

    def __init__(self, statuses: list[int]) -> None:
        received: list[tuple[dict[str, str], bytes]] = []
        self.received = received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                received.append((dict(self.headers), body))
                self.send_response(statuses.pop(0) if statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(*statuses: int) -> Receiver:
        made.append(Receiver(list(statuses)))
        return made[-1]

    yield make
    for one in made:
        one.server.shutdown()


def deliveries(client: Client, render_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/webhook/deliveries?renderId={render_id}").json()
    return found


def settled(client: Client, render_id: str) -> dict[str, Any]:
    import time

    for _ in range(600):
        entries = deliveries(client, render_id)
        if entries and entries[0]["status"] != "pending":
            return entries[0]
        time.sleep(0.05)
    raise AssertionError("no delivery was settled")


def test_a_completed_render_is_announced_and_signed(
    client: Client, template_id: str, receiver: Callable[..., Receiver]
) -> None:
    taker = receiver()
    render_id = client.ready_render(template_id, webhookUrl=taker.url)
    entry = settled(client, render_id)
    assert (entry["status"], entry["attempts"], entry["responseCode"]) == ("delivered", 1, 200)
    assert entry["event"] == "render.completed"
    [(headers, body)] = taker.received
    secret = client.get("/webhook/secret").json()["secret"]
    lowered = {name.lower(): value for name, value in headers.items()}
    message = Webhook(secret).verify(body, lowered)
    assert message["type"] == "render.completed"
    assert message["data"]["renderId"] == render_id
    assert message["data"]["videoDownloadUrl"] == f"/render/{render_id}/download"


def test_failed_deliveries_are_repeated_with_the_same_id(
    client: Client, template_id: str, receiver: Callable[..., Receiver]
) -> None:
    taker = receiver(500, 302)
    render_id = client.ready_render(template_id, webhookUrl=taker.url)
    entry = settled(client, render_id)
    assert (entry["status"], entry["attempts"]) == ("delivered", 3)
    ids = {headers.get("webhook-id") or headers.get("Webhook-Id") for headers, _body in taker.received}
    assert len(ids) == 1
    assert len({body for _headers, body in taker.received}) == 1


def test_a_cancelled_render_is_announced(client: Client, receiver: Callable[..., Receiver]) -> None:
    taker = receiver()
    render_id = client.start_render(client.ready_template(slow_template()), webhookUrl=taker.url)
    client.post(f"/render/{render_id}/cancel")
    assert settled(client, render_id)["event"] == "render.cancelled"
    assert json.loads(taker.received[0][1])["data"]["status"] == "cancelled"


def test_a_dead_end_is_given_up(new_service: Callable[..., Service]) -> None:
    service = new_service(webhook_allow_private="true", webhook_attempts="2", webhook_backoff_seconds="0.1")
    client = service.client()
    render_id = client.ready_render(client.ready_template(template_zip()), webhookUrl="http://127.0.0.1:9/")
    entry = settled(client, render_id)
    assert (entry["status"], entry["attempts"], entry["responseCode"]) == ("failed", 2, None)
    assert entry["reason"]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "[::1]",
        "[fe80::1]",
        "[::ffff:127.0.0.1]",
        "[fd00::1]",
        "2130706433",
        "0x7f000001",
        "100.64.0.1",
        "224.0.0.1",
    ],
)
def test_private_addresses_are_refused(tmp_path: Path, host: str) -> None:
    settings = Settings(data=tmp_path)
    with pytest.raises(Invalid):
        require_allowed(f"http://{host}/hook", settings)
    with pytest.raises(ForbiddenAddress):
        resolve(host.strip("[]"), 80, settings)


def test_credentials_in_the_url_are_refused(client: Client, template_id: str) -> None:
    request = render_request(template_id, webhookUrl="http://user:secret@example.com/")
    assert client.post("/render", json=request).status_code == 400


def test_the_log_is_ones_own(
    client: Client, template_id: str, service: Service, receiver: Callable[..., Receiver]
) -> None:
    render_id = client.ready_render(template_id, webhookUrl=receiver().url)
    settled(client, render_id)
    stranger = service.client()
    assert stranger.get("/webhook/deliveries").json() == []
    assert stranger.get(f"/webhook/deliveries?renderId={render_id}").status_code == 404
