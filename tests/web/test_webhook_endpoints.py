"""An account's own webhooks: which events they get, sending again, and secrets that change."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from web.support_receivers import Receiver
from web.support_service import PATIENCE, Client, Service, render_request
from web.support_templates import slow_template, template_zip, wav


@pytest.fixture
def receiver() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(*statuses: int) -> Receiver:
        made.append(Receiver(list(statuses)))
        return made[-1]

    yield make
    for one in made:
        one.server.shutdown()


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def webhook(client: Client, url: str, **more: Any) -> str:
    answer = client.post("/webhook", json={"url": url, **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["webhookId"])


def told(taker: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for _headers, body in taker.received]


def types(taker: Receiver) -> list[str]:
    return [message["type"] for message in told(taker)]


def test_all_events_of_an_account_go_to_its_webhook(client: Client, receiver: Callable[..., Receiver]) -> None:
    taker = receiver()
    webhook_id = webhook(client, taker.url)
    template_id = client.ready_template(template_zip(), "Spring.zip")
    audio_id = client.ready_audio(wav())
    bad = client.upload_template(template_zip({"data.json": "{}"}), "Bad.zip")
    render_id = client.ready_render(template_id, metadata={"order": "17"})
    until(lambda: len(taker.received) == 4)
    found = {message["type"]: message["data"] for message in told(taker)}
    assert set(found) == {"template.completed", "template.failed", "audio.completed", "render.completed"}
    assert found["template.completed"] == {
        "templateId": template_id,
        "name": "Spring",
        "status": "completed",
        "reason": None,
    }
    assert (found["template.failed"]["templateId"], found["template.failed"]["status"]) == (bad, "failed")
    assert found["template.failed"]["reason"]
    assert found["audio.completed"]["audioId"] == audio_id
    assert found["audio.completed"]["duration"] == pytest.approx(0.5)
    assert (found["render.completed"]["renderId"], found["render.completed"]["metadata"]) == (
        render_id,
        {"order": "17"},
    )
    log = client.get("/webhook/deliveries").json()
    assert {entry["webhookId"] for entry in log} == {webhook_id}
    [entry] = client.get(f"/webhook/deliveries?templateId={bad}").json()
    assert (entry["templateId"], entry["renderId"], entry["event"]) == (bad, None, "template.failed")
    until(lambda: not client.get("/webhook/deliveries?status=pending").json())
    assert client.delete(f"/template/{bad}").status_code == 200
    assert client.delete(f"/audio/{audio_id}").status_code == 200
    kept = {entry["event"] for entry in client.get("/webhook/deliveries").json()}
    assert kept == {"template.completed", "render.completed"}


def test_only_the_events_that_were_named_are_sent(client: Client, receiver: Callable[..., Receiver]) -> None:
    taker, other = receiver(), receiver()
    webhook_id = webhook(client, taker.url, events=["audio.completed"])
    webhook(client, other.url, events=["template.completed", "render.failed"])
    asleep = webhook(client, receiver().url, enabled=False)
    client.ready_template(template_zip())
    client.ready_audio(wav())
    until(lambda: len(taker.received) == len(other.received) == 1)
    assert (types(taker), types(other)) == (["audio.completed"], ["template.completed"])
    assert len(client.get("/webhook/deliveries").json()) == 2
    changed = client.patch(f"/webhook/{webhook_id}", json={"events": ["render.completed"]}).json()
    assert changed["events"] == ["render.completed"]
    assert client.patch(f"/webhook/{asleep}", json={"enabled": True}).json()["enabled"] is True
    listed = client.get("/webhook")
    assert [one["id"] for one in listed.json()][::2] == [webhook_id, asleep]
    assert listed.headers["total-count"] == "3"


def test_a_batch_tells_of_its_end_once(client: Client, receiver: Callable[..., Receiver]) -> None:
    template_id = client.ready_template(template_zip())
    own, taker = receiver(), receiver()
    webhook(client, taker.url, events=["batch.completed", "batch.cancelled", "batch.failed"])
    rows = [{"name": f"Row {number}"} for number in range(3)] + [{"name": "Bad", "customizationMap": [{"layer": "?"}]}]
    body = {**render_request(template_id), "rows": rows, "webhookUrl": own.url, "metadata": {"campaign": "spring"}}
    batch_id = client.post("/render/batch", json=body).json()["batchId"]
    client.until(f"/render/batch/{batch_id}", lambda status: status["status"] == "completed")
    until(lambda: len(own.received) == 4 and len(taker.received) == 1)
    assert sorted(types(own)) == ["batch.completed", *["render.completed"] * 3]
    [message] = told(taker)
    assert message["data"] == {
        "batchId": batch_id,
        "name": "Video",
        "status": "completed",
        "templateId": template_id,
        "rowsTotal": 4,
        "counts": {"completed": 3},
        "metadata": {"campaign": "spring"},
    }
    [entry] = client.get(f"/webhook/deliveries?batchId={batch_id}&take=1").json()
    assert (entry["batchId"], entry["renderId"]) == (batch_id, None)


def test_a_cancelled_batch_tells_of_each_row_and_of_itself(client: Client, receiver: Callable[..., Receiver]) -> None:
    template_id = client.ready_template(slow_template())
    taker = receiver()
    webhook(client, taker.url, events=["render.cancelled", "batch.cancelled"])
    rows = [{"name": f"Row {number}"} for number in range(3)]
    batch_id = client.post("/render/batch", json={**render_request(template_id), "rows": rows}).json()["batchId"]
    assert client.post(f"/render/batch/{batch_id}/cancel").status_code == 200
    client.until(f"/render/batch/{batch_id}", lambda status: status["status"] == "cancelled")
    until(lambda: len(taker.received) == 4)
    assert sorted(types(taker)) == ["batch.cancelled", *["render.cancelled"] * 3]


def test_a_batch_that_nobody_hears_of_by_row_is_announced_too(
    client: Client, receiver: Callable[..., Receiver]
) -> None:
    template_id = client.ready_template(slow_template())
    taker = receiver()
    webhook(client, taker.url, events=["batch.cancelled"])
    rows = [{"name": f"Row {number}"} for number in range(3)]
    batch_id = client.post("/render/batch", json={**render_request(template_id), "rows": rows}).json()["batchId"]
    client.post(f"/render/batch/{batch_id}/cancel")
    until(lambda: len(taker.received) == 1)
    assert told(taker)[0]["data"]["counts"] == {"cancelled": 3}


def test_a_url_that_is_named_twice_is_told_once(
    client: Client, template_id: str, receiver: Callable[..., Receiver]
) -> None:
    taker, marker = receiver(), receiver()
    webhook(client, taker.url)
    webhook(client, marker.url)
    client.ready_render(template_id, webhookUrl=taker.url)
    until(lambda: bool(marker.received))
    until(lambda: not client.get("/webhook/deliveries?status=pending").json())
    assert len(taker.received) == 1


def test_a_delivery_is_sent_again_when_it_is_asked_for(
    client: Client, template_id: str, receiver: Callable[..., Receiver]
) -> None:
    taker = receiver(500, 500, 500)
    render_id = client.ready_render(template_id, webhookUrl=taker.url)
    until(lambda: bool(client.get("/webhook/deliveries?status=failed").json()))
    [entry] = client.get(f"/webhook/deliveries?renderId={render_id}").json()
    again = client.post(f"/webhook/deliveries/{entry['id']}/resend").json()
    assert (again["status"], again["attempts"], again["reason"]) == ("pending", 0, None)
    until(lambda: bool(client.get("/webhook/deliveries?status=delivered").json()))
    detail = client.get(f"/webhook/deliveries/{entry['id']}").json()
    assert (detail["status"], detail["attempts"], detail["responseCode"]) == ("delivered", 1, 200)
    assert detail["payload"]["data"]["renderId"] == render_id
    assert {headers["webhook-id"] for headers, _body in taker.received} == {f"msg_{entry['id']}"}
    assert len({body for _headers, body in taker.received}) == 1
    assert client.post(f"/webhook/deliveries/{entry['id']}/resend").status_code == 200
    until(lambda: len(taker.received) == 5)


def test_what_is_pending_is_not_sent_again(
    client: Client, template_id: str, service: Service, receiver: Callable[..., Receiver]
) -> None:
    client.ready_render(template_id, webhookUrl=receiver().url)
    until(lambda: bool(client.get("/webhook/deliveries?status=delivered").json()))
    [entry] = client.get("/webhook/deliveries").json()
    far = int(time.time() * 1000) + 3_600_000
    service.query("UPDATE webhook_delivery SET status = 'pending', next_at = ? WHERE id = ?", far, entry["id"])
    assert client.post(f"/webhook/deliveries/{entry['id']}/resend").status_code == 409


def test_both_secrets_sign_for_a_while(client: Client, template_id: str, receiver: Callable[..., Receiver]) -> None:
    taker = receiver()
    webhook(client, taker.url, events=["render.completed"])
    old = client.get("/webhook/secret").json()
    assert old["formerValidUntil"] is None
    new = client.post("/webhook/secret/rotate", json={"overlapHours": 1}).json()
    assert new["secret"] != old["secret"]
    assert new["formerValidUntil"] > time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    assert client.get("/webhook/secret").json() == new
    client.ready_render(template_id)
    until(lambda: len(taker.received) == 1)
    [(headers, body)] = taker.received
    lowered = {name.lower(): value for name, value in headers.items()}
    assert len(lowered["webhook-signature"].split(" ")) == 2
    for secret in (old["secret"], new["secret"]):
        assert Webhook(secret).verify(body, lowered)["type"] == "render.completed"
    last = client.post("/webhook/secret/rotate", json={"overlapHours": 0}).json()
    assert last["formerValidUntil"] is None
    client.ready_render(template_id)
    until(lambda: len(taker.received) == 2)
    headers, body = taker.received[1]
    lowered = {name.lower(): value for name, value in headers.items()}
    assert Webhook(last["secret"]).verify(body, lowered)["type"] == "render.completed"
    with pytest.raises(WebhookVerificationError):
        Webhook(new["secret"]).verify(body, lowered)
    assert client.post("/webhook/secret/rotate", json={"overlapHours": 1000}).status_code == 400
    assert client.post("/webhook/secret/rotate").json()["secret"] != last["secret"]


def test_deleting_a_webhook_ends_what_waits_for_it(
    client: Client, template_id: str, receiver: Callable[..., Receiver], service: Service
) -> None:
    webhook_id = webhook(client, receiver().url)
    client.ready_render(template_id)
    until(lambda: bool(client.get("/webhook/deliveries?status=delivered").json()))
    [entry] = client.get("/webhook/deliveries").json()
    far = int(time.time() * 1000) + 3_600_000
    service.query("UPDATE webhook_delivery SET status = 'pending', next_at = ? WHERE id = ?", far, entry["id"])
    assert client.delete(f"/webhook/{webhook_id}").status_code == 200
    [entry] = client.get("/webhook/deliveries").json()
    assert (entry["status"], entry["reason"]) == ("failed", "the webhook was deleted before this was delivered")
    assert client.get(f"/webhook/{webhook_id}").status_code == 404
    assert client.get("/webhook").json() == []


def test_webhooks_are_ones_own(client: Client, template_id: str, service: Service, receiver: Any) -> None:
    taker = receiver()
    webhook_id = webhook(client, taker.url)
    client.ready_render(template_id)
    until(lambda: bool(client.get("/webhook/deliveries").json()))
    [entry] = client.get("/webhook/deliveries").json()
    with service.client() as stranger:
        for method, path in (
            ("GET", f"/webhook/{webhook_id}"),
            ("DELETE", f"/webhook/{webhook_id}"),
            ("GET", f"/webhook/deliveries/{entry['id']}"),
            ("POST", f"/webhook/deliveries/{entry['id']}/resend"),
        ):
            assert stranger.request(method, path).status_code == 404, path
        assert stranger.patch(f"/webhook/{webhook_id}", json={"enabled": False}).status_code == 404
        assert stranger.get("/webhook").json() == []
        stranger.ready_template(template_zip())
    assert all(message["data"].get("renderId") for message in told(taker))


def test_an_account_has_only_so_many(client: Client) -> None:
    for number in range(10):
        webhook(client, f"http://127.0.0.1:4009/{number}")
    answer = client.post("/webhook", json={"url": "http://127.0.0.1:4009/"})
    assert answer.json()["errors"] == {"url": ["an account has at most 10 webhooks; delete or change one of them"]}


@pytest.fixture(scope="module")
def strict_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Of a service that refuses private addresses, as it does by default."""
    running = Service(tmp_path_factory.mktemp("strict") / "data", {"VELOCITY_WORKERS": "0"}).start()
    with running.client() as made:
        yield made
    running.stop()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost:8080/hook",
        "http://[::1]/",
        "http://10.0.0.1/",
        "http://0x7f000001/",
        "http://2130706433/",
        "http://[::ffff:169.254.169.254]/latest",
        "http://user:secret@example.com/",
    ],
)
def test_private_addresses_are_refused(strict_client: Client, url: str) -> None:
    answer = strict_client.post("/webhook", json={"url": url})
    assert answer.status_code == 400, url
    assert list(answer.json()["errors"]) == ["url"]
    webhook_id = webhook(strict_client, "https://93.184.216.34/hook")
    assert strict_client.patch(f"/webhook/{webhook_id}", json={"url": url}).status_code == 400
    assert strict_client.get(f"/webhook/{webhook_id}").json()["url"] == "https://93.184.216.34/hook"
    assert strict_client.delete(f"/webhook/{webhook_id}").status_code == 200
