"""Webhooks: signed, repeated until they are taken, and none held up by another's receiver."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from standardwebhooks.webhooks import Webhook
from web import support_receivers as receivers
from web.support_receivers import RawReceiver, Receiver, SlowTaker
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import slow_template, template_zip


@pytest.fixture
def raw_receiver() -> Iterator[Callable[[receivers.Behaviour], RawReceiver]]:
    made: list[RawReceiver] = []

    def make(behave: receivers.Behaviour) -> RawReceiver:
        made.append(RawReceiver(behave))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def slow_taker() -> Iterator[SlowTaker]:
    with closing(SlowTaker()) as made:
        yield made


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
    found: list[dict[str, Any]] = []

    def holds() -> bool:
        found[:] = deliveries(client, render_id)
        return bool(found) and found[0]["status"] != "pending"

    until(holds)
    return found[0]


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
    assert message["data"]["posterDownloadUrl"] is None


def test_a_poster_is_announced_with_its_video(
    client: Client, template_id: str, receiver: Callable[..., Receiver]
) -> None:
    taker = receiver()
    render_id = client.ready_render(template_id, webhookUrl=taker.url, output={"poster": {"format": "jpeg"}})
    settled(client, render_id)
    [(_headers, body)] = taker.received
    url = json.loads(body)["data"]["posterDownloadUrl"]
    assert url == f"/render/{render_id}/poster"
    assert client.get(url).headers["content-type"] == "image/jpeg"


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


def test_a_dead_end_is_given_up(client: Client, template_id: str) -> None:
    render_id = client.ready_render(template_id, webhookUrl="http://127.0.0.1:4009/")
    entry = settled(client, render_id)
    assert (entry["status"], entry["attempts"], entry["responseCode"]) == ("failed", 3, None)
    assert entry["reason"]


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


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.long
def test_receivers_that_hold_on_delay_nobody_else(
    new_service: Callable[..., Service], raw_receiver: Callable[..., RawReceiver], receiver: Callable[..., Receiver]
) -> None:
    service = new_service(webhook_allow_private="true", webhook_timeout_seconds="600")
    holding, taker = [raw_receiver(behave) for behave in (receivers.drip, receivers.never_answer)], receiver()
    for held in holding:
        one, other = service.client(), service.client()
        mine, theirs = one.ready_template(template_zip()), other.ready_template(template_zip())
        batch = {**render_request(mine), "rows": [{"name": f"Row {n}"} for n in range(8)], "webhookUrl": held.url}
        batch_id = one.post("/render/batch", json=batch).json()["batchId"]
        one.until(f"/render/batch/{batch_id}", lambda status: status["status"] == "completed")
        until(lambda: held.open > 0)
        render_id = other.ready_render(theirs, webhookUrl=taker.url)
        assert settled(other, render_id)["status"] == "delivered"
        assert held.open > 0
        assert held.most <= 4
    assert service.stop() == 0


@pytest.mark.parametrize(
    ("behave", "scheme", "reason"),
    [
        (receivers.drip, "http", "the receiver did not answer within 2 seconds"),
        (receivers.never_answer, "http", "the receiver did not answer within 2 seconds"),
        (receivers.never_answer, "https", "the receiver did not answer within 2 seconds"),
        (receivers.endless_head, "http", "the head of the answer has more than 32768 bytes"),
        (receivers.endless_preludes, "http", "the head of the answer has more than 32768 bytes"),
        (receivers.no_http, "http", "the answer is not HTTP"),
        (receivers.no_http, "https", "127.0.0.1 does not answer with TLS"),
        (receivers.endless_body, "http", None),
    ],
)
def test_an_attempt_ends_whatever_the_receiver_does(
    client_of_hasty: Client,
    raw_receiver: Callable[..., RawReceiver],
    behave: receivers.Behaviour,
    scheme: str,
    reason: str | None,
) -> None:
    client = client_of_hasty
    holding = raw_receiver(behave)
    url = holding.url.replace("http", scheme, 1)
    entry = settled(client, client.ready_render(client.ready_template(template_zip()), webhookUrl=url))
    assert (entry["status"], entry["reason"]) == ("failed" if reason else "delivered", reason)
    until(lambda: holding.open == 0)


@pytest.fixture(scope="module")
def hasty_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {"WEBHOOK_ALLOW_PRIVATE": "true", "WEBHOOK_TIMEOUT_SECONDS": "2", "WEBHOOK_ATTEMPTS": "1"}
    environment = {f"VELOCITY_{name}": value for name, value in settings.items()}
    running = Service(tmp_path_factory.mktemp("hasty") / "data", environment).start()
    yield running
    running.stop()


@pytest.fixture
def client_of_hasty(hasty_service: Service) -> Iterator[Client]:
    with hasty_service.client() as made:
        yield made


@pytest.mark.long
def test_two_workers_send_each_delivery_once_and_few_at_once(
    new_service: Callable[..., Service], slow_taker: SlowTaker, receiver: Callable[..., Receiver]
) -> None:
    service = new_service(webhook_allow_private="true")
    client, other = service.client(), service.client()
    taker = receiver()
    render_id = client.ready_render(client.ready_template(template_zip()), webhookUrl=taker.url)
    settled(client, render_id)
    columns = ["account_id", "render_id", "event", "payload", "status", "attempts", "next_at", "created_at"]
    [row] = service.query(f"SELECT {', '.join(columns)} FROM webhook_delivery")
    worker = subprocess.Popen(
        [sys.executable, "-m", "velocity_engine", "worker", "--data", str(service.data)],
        stderr=subprocess.DEVNULL,
        env=service.process_environment(),
    )
    try:
        for _ in range(40):
            values = [*row[:4], "pending", 0, *row[6:]]
            service.query(
                f"INSERT INTO webhook_delivery (id, url, receiver, {', '.join(columns)}) "
                f"VALUES (?, ?, ?, {', '.join('?' * len(columns))})",
                str(uuid4()),
                slow_taker.url,
                f"127.0.0.1:{slow_taker.port}",
                *values,
            )
        quick = other.ready_render(other.ready_template(template_zip()), webhookUrl=taker.url)
        assert settled(other, quick)["status"] == "delivered"
        until(lambda: not service.query("SELECT 1 FROM webhook_delivery WHERE status = 'pending'"))
    finally:
        worker.terminate()
        worker.wait(30)
    assert slow_taker.taken == 40
    assert slow_taker.most <= 2 * 3
    assert service.query("SELECT COUNT(*) FROM webhook_delivery WHERE status = 'delivered'") == [(42,)]


@pytest.mark.long
def test_what_is_under_way_when_the_service_stops_is_due_again(
    new_service: Callable[..., Service], raw_receiver: Callable[..., RawReceiver]
) -> None:
    service = new_service(webhook_allow_private="true", webhook_timeout_seconds="600", grace_seconds="1")
    holding = raw_receiver(receivers.drip)
    with service.client() as client:
        client.ready_render(client.ready_template(template_zip()), webhookUrl=holding.url)
        until(lambda: holding.open == 1)
    assert service.stop() == 0
    due = "SELECT status, attempts, claimed_at, next_at <= ? FROM webhook_delivery"
    assert service.query(due, time.time() * 1000) == [("pending", 0, None, True)]
    until(lambda: holding.open == 0)
