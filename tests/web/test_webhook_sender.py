"""Who sends webhooks is not held up by resolvers that never answer, and what they hold counts against its account."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from web.support_queue import add_account, add_delivery, empty

from velocity_engine.network import addresses
from velocity_web.database.entities import reading, rows
from velocity_web.jobs.deliveries import BY_ACCOUNT
from velocity_web.jobs.webhook_sender import WebhookSender
from velocity_web.settings import Settings

WAIT_SECONDS = 60


def failed(account: str) -> int:
    with reading():
        [(count,)] = rows(
            "SELECT COUNT(*) FROM webhook_delivery WHERE account_id = $id AND status = 'failed'", {"id": account}
        )
    return int(count)


def until_failed(account: str, count: int) -> None:
    late = time.monotonic() + WAIT_SECONDS
    while failed(account) < count:
        assert time.monotonic() < late
        time.sleep(0.02)


def test_look_ups_that_hang_count_until_they_end(own_database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty()
    answers = threading.Event()

    def hang(host: str, _port: int) -> list[str]:
        if host.startswith("slow"):
            answers.wait(WAIT_SECONDS)
        raise OSError("there is no such name")

    monkeypatch.setattr(addresses, "look_up", hang)
    hanging, other = add_account(), add_account()
    for number in range(BY_ACCOUNT + 2):
        host = f"slow{number}.example"
        add_delivery(hanging, url=f"http://{host}/hook", receiver=f"{host}:80")
    sender = WebhookSender(
        Settings(
            data=own_database.parent,
            poll_seconds=0.05,
            webhook_timeout_seconds=0.3,
            webhook_attempts=1,
            webhook_allow_private=True,
        ),
        lambda: False,
    )
    sender.start()
    try:
        until_failed(hanging, BY_ACCOUNT)
        add_delivery(other, url="http://quick.example/hook", receiver="quick.example:80")
        until_failed(other, 1)
        time.sleep(0.5)
        assert failed(hanging) == BY_ACCOUNT, "its look-ups hang on, so no other is begun"
        answers.set()
        until_failed(hanging, BY_ACCOUNT + 2)
    finally:
        answers.set()
        sender.stop()
