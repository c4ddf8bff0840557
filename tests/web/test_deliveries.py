"""The queue of webhook deliveries itself, without a server: who is sent to next, how often, and when again."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from web.support_queue import About, add_account, add_delivery, empty, of

from velocity_web.clock import now_ms
from velocity_web.database.entities import execute, writing
from velocity_web.jobs.deliveries import (
    BY_ACCOUNT,
    BY_ACCOUNT_AND_RECEIVER,
    BY_RECEIVER,
    CLAIM_MARGIN_MS,
    Delivery,
    claim_round,
    give_back,
    report,
)
from velocity_web.settings import Settings

STATE = ("status", "attempts", "claimed_at")


@pytest.fixture
def settings(own_database: Path) -> Settings:
    empty()
    return Settings(
        data=own_database.parent, webhook_timeout_seconds=10.0, webhook_attempts=3, webhook_backoff_seconds=2.0
    )


def taken(settings: Settings, room: int = 32, held: dict[str, int] | None = None) -> list[Delivery]:
    return claim_round(room, held or {}, settings)


def under_way(account: str, count: int, receiver: str = "receiver.example:8000") -> None:
    for _ in range(count):
        add_delivery(account, claimed_at=now_ms(), next_at=now_ms() + 60_000, receiver=receiver)


def test_a_claim_is_good_for_an_attempt_and_a_margin(settings: Settings) -> None:
    account = add_account()
    key, before = add_delivery(account, attempts=1), now_ms()
    [delivery] = taken(settings)
    assert (delivery.id, delivery.account_id, delivery.attempts) == (key, account, 2)
    assert [secret[:6] for secret in delivery.secrets] == ["whsec_"]
    assert of("webhook_delivery", key, *STATE) == ("pending", 2, delivery.claimed_at)
    assert of("webhook_delivery", key, "next_at") == (About(before, 10_000 + CLAIM_MARGIN_MS),)
    assert delivery.claimed_at == About(before, 0)
    assert taken(settings) == []


def test_what_is_not_due_waits(settings: Settings) -> None:
    add_delivery(add_account(), next_at=now_ms() + 60_000)
    assert taken(settings) == []


def test_each_account_has_one_in_a_round_and_who_has_fewest_under_way_is_first(settings: Settings) -> None:
    busy, idle = add_account(), add_account()
    under_way(busy, 1, "elsewhere:1")
    for account in (busy, busy, idle):
        add_delivery(account, receiver=f"{account}:1")
    assert [one.account_id for one in taken(settings)] == [idle, busy]
    other = add_account()
    add_delivery(other, receiver="other:1")
    assert [one.account_id for one in taken(settings, room=1)] == [other]
    assert [one.account_id for one in taken(settings)] == [busy]


def test_of_accounts_with_as_many_under_way_the_one_that_waited_longest_is_first(settings: Settings) -> None:
    accounts = [add_account() for _ in range(3)]
    for account, waited in zip(accounts, (10, 30, 20), strict=True):
        add_delivery(account, next_at=now_ms() - waited * 1000, receiver=f"{account}:1")
    assert [one.account_id for one in taken(settings)] == [accounts[1], accounts[2], accounts[0]]


def test_an_account_has_only_so_many_at_once(settings: Settings) -> None:
    account = add_account()
    for number in range(BY_ACCOUNT + 2):
        add_delivery(account, receiver=f"r{number}:1")
    assert taken(settings, held={account: BY_ACCOUNT}) == []
    rounds = [len(taken(settings, held={account: 1})) for _ in range(BY_ACCOUNT + 1)]
    assert rounds == [1] * (BY_ACCOUNT - 1) + [0] * 2


def test_a_receiver_has_only_so_many_at_once(settings: Settings) -> None:
    first, second = add_account(), add_account()
    under_way(first, BY_ACCOUNT_AND_RECEIVER)
    add_delivery(first)
    elsewhere = add_delivery(first, receiver="elsewhere:1")
    add_delivery(second)
    assert sorted(one.id for one in taken(settings) if one.account_id == first) == [elsewhere]
    under_way(second, BY_RECEIVER - BY_ACCOUNT_AND_RECEIVER)
    add_delivery(second)
    assert taken(settings) == []


def test_an_attempt_that_failed_is_due_again_after_a_wait_that_doubles_until_it_is_given_up(settings: Settings) -> None:
    key = add_delivery(add_account())
    for attempt, wait in ((1, 2000), (2, 4000)):
        [delivery], before = taken(settings), now_ms()
        report(delivery, 500, "the answer was 500", settings)
        assert of("webhook_delivery", key, *STATE) == ("pending", attempt, None)
        assert of("webhook_delivery", key, "next_at", "completed_at") == (About(before, wait), None)
        with_due(key)
    [delivery], before = taken(settings), now_ms()
    report(delivery, None, "nobody answered", settings)
    assert of("webhook_delivery", key, *STATE, "reason") == ("failed", 3, None, "nobody answered")
    assert of("webhook_delivery", key, "completed_at") == (About(before, 0),)


def with_due(key: str) -> None:
    with writing():
        execute("UPDATE webhook_delivery SET next_at = $now WHERE id = $id", {"now": now_ms(), "id": key})


def test_what_was_delivered_is_done(settings: Settings) -> None:
    key = add_delivery(add_account())
    [delivery] = taken(settings)
    report(delivery, 204, None, settings)
    assert of("webhook_delivery", key, *STATE, "response_code", "reason") == ("delivered", 1, None, 204, None)
    assert taken(settings) == []


def test_an_attempt_that_this_side_broke_off_does_not_count(settings: Settings) -> None:
    key = add_delivery(add_account())
    [delivery], before = taken(settings), now_ms()
    give_back(delivery)
    assert of("webhook_delivery", key, *STATE, "next_at") == ("pending", 0, None, About(before, 0))
    time.sleep(0.002)  # a claim is known by its millisecond
    [again] = taken(settings)
    report(delivery, 200, None, settings)
    assert of("webhook_delivery", key, "status") == ("pending",), "the claim that was given back writes nothing"
    report(again, 200, None, settings)
    assert of("webhook_delivery", key, "status") == ("delivered",)
