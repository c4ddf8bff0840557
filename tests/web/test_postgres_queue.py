"""The queue on PostgreSQL: claims beside each other, machines whose clocks are wrong, and who is told of what."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, TypeVar
from uuid import uuid4

import pytest

pytest.importorskip("psycopg2")

import psycopg2
from web.support_postgres import Postgres, binary
from web.support_service import PATIENCE, Service
from web.support_templates import template_zip

from velocity_web.database.migrations import migrate_postgres
from velocity_web.events.endings import Endings
from velocity_web.events.listening import WORK, Ear

pytestmark = pytest.mark.skipif(binary("postgres") is None, reason="PostgreSQL is not installed")
HOUR = 3600.0
Found = TypeVar("Found")


@pytest.fixture
def url(postgres: Postgres) -> str:
    found = postgres.new_database()
    migrate_postgres(found)
    return found


def do(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def add_account(url: str) -> str:
    key = str(uuid4())
    do(url, "INSERT INTO account VALUES (%s, %s, 'p', 'h', FALSE, 10, 0, 10000, 0, 0, 0, 1)", key, key)
    return key


def add_jobs(url: str, account: str, count: int = 1) -> None:
    do(
        url,
        "WITH made AS (INSERT INTO job (id, kind, account_id, subject_id, name, status, stage, attempts, not_before, "
        "created_at) SELECT gen_random_uuid()::text, 'render', %s, 's', 'n', 'pending', 'uploaded', 0, 0, n "
        "FROM generate_series(1, %s) n RETURNING id, account_id) "
        "INSERT INTO render (id, account_id, name, template_id, template_name, request, frames_done, frames_total, "
        "charged_ms, created_at) SELECT id, account_id, 'n', 't', 't', '{}', 0, 1, 0, 1 FROM made",
        account,
        count,
    )


class Claimer:
    """A process that claims, on a machine whose clock is off by ``shift`` seconds."""

    def __init__(self, url: str, shift: float = 0.0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("support_claimer.py")), url, str(shift)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def answer(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def tell(self, command: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def ask(self, command: str) -> Any:
        self.tell(command)
        return self.answer()

    def end(self) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()


@pytest.fixture
def claimers(url: str) -> Iterator[Callable[..., list[Claimer]]]:
    started: list[Claimer] = []

    def start(*shifts: float) -> list[Claimer]:
        new = [Claimer(url, shift) for shift in shifts]
        started.extend(new)
        assert {one.answer() for one in new} == {"ready"}
        return new

    yield start
    for one in started:
        one.end()


@pytest.mark.parametrize("accounts", [1, 7])
def test_many_claim_at_once_and_each_job_goes_to_one(
    url: str, claimers: Callable[..., list[Claimer]], accounts: int
) -> None:
    for _ in range(accounts):
        add_jobs(url, add_account(url), 420 // accounts)
    workers = claimers(*[0.0] * 6)
    for one in workers:
        one.tell("claim all")
    claimed = [one.answer() for one in workers]
    jobs = [job for found in claimed for job, _account in found]
    assert len(jobs) == len(set(jobs)) == 420
    assert all(claimed), "everybody got some"
    assert do(url, "SELECT MIN(attempts), MAX(attempts), COUNT(DISTINCT lease_owner) FROM job") == [(1, 1, 6)]
    assert do(url, "SELECT COUNT(*) FROM queue_turn WHERE ready_at IS NOT NULL") == [(0,)]


def test_a_claim_waits_for_nobody_who_holds_a_turn_a_job_or_an_account(
    url: str, claimers: Callable[..., list[Claimer]]
) -> None:
    one, other = add_account(url), add_account(url)
    add_jobs(url, one, 3)
    [worker] = claimers(0.0)
    connection = psycopg2.connect(url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM account WHERE id = %s FOR UPDATE", (one,))
        cursor.execute("SELECT 1 FROM queue_turn WHERE account_id = %s FOR UPDATE", (one,))
        cursor.execute("SELECT id FROM job ORDER BY created_at LIMIT 1 FOR UPDATE")
        [(held,)] = cursor.fetchall()
        taken = worker.ask("claim")
        assert taken and taken != held, "of the account whose turn somebody else is taking, another job"
        add_jobs(url, other)
        [(job,)] = do(url, "SELECT id FROM job WHERE account_id = %s", other)
        assert worker.ask("claim") == job
        assert len([job for job, _account in worker.ask("claim all")]) == 1
        assert worker.ask("claim") is None, "the held one is left to who holds it"
        connection.rollback()
    connection.close()
    assert worker.ask("claim") == held, "who held it did not take it"


def test_a_job_that_comes_while_a_turn_is_ended_is_not_forgotten(
    url: str, claimers: Callable[..., list[Claimer]]
) -> None:
    account = add_account(url)
    workers = claimers(*[0.0] * 3)
    add_jobs(url, account)
    found = []
    with ThreadPoolExecutor(1) as pool:
        adding = [pool.submit(add_jobs, url, account) for _ in range(60)]
        while not all(one.done() for one in adding):
            for one in workers:
                one.tell("claim")
            found += [job for one in workers if (job := one.answer())]
        for each in adding:
            each.result()
    for one in workers:
        found += [job for job, _account in one.ask("claim all")]
    assert len(found) == len(set(found)) == 61


def test_leases_of_machines_whose_clocks_are_wrong_are_neither_lost_nor_doubled(
    url: str, claimers: Callable[..., list[Claimer]]
) -> None:
    early, late = claimers(-HOUR, HOUR)
    for _ in range(4):
        add_jobs(url, add_account(url))
    held = {one.ask("claim") for one in (early, late, early, late)}
    assert len(held) == 4 and None not in held
    ends = time.monotonic() + 2.0
    while time.monotonic() < ends:
        assert early.ask("renew") == late.ask("renew") == [True, True]
        early.ask("sweep")
        late.ask("sweep")
    assert early.ask("claim") is late.ask("claim") is None
    assert do(url, "SELECT COUNT(*) FROM job WHERE lease_owner IS NOT NULL AND attempts = 1") == [(4,)]
    [(left,)] = do(url, "SELECT MAX(ABS(lease_until - EXTRACT(EPOCH FROM clock_timestamp()) * 1000)) FROM job")
    assert left <= 3000, "leases end by the clock of the database"
    do(url, "UPDATE job SET lease_until = lease_until - 3600000 WHERE lease_owner LIKE 'elsewhere-%%'")
    late.ask("sweep")
    assert do(url, "SELECT COUNT(*) FROM job WHERE lease_owner IS NULL") == [(2,)], "those that are silent go back"
    assert early.ask("renew") == [False, False]
    assert late.ask("renew") == [True, True]


def test_a_connection_that_is_lost_is_made_again_and_says_so(url: str) -> None:
    ear = Ear(url, [WORK])
    assert ear.connect() and ear.hears
    assert not ear.connect(), "it is there"
    add_jobs(url, add_account(url), 3)
    assert until(ear.hear) == [(WORK, "")], "told once for one transaction"
    do(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'")
    until(lambda: not ear.hear() and not ear.hears)
    assert until(ear.connect)
    do(url, "UPDATE job SET status = 'cancelling' WHERE created_at = 1")
    assert until(ear.hear) == [(WORK, "")]
    ear.close()
    assert not Ear("", [WORK]).connect(), "SQLite tells nothing"


def until(look: Callable[[], Found]) -> Found:
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def test_who_waits_for_an_end_is_told(url: str) -> None:
    account = add_account(url)
    add_jobs(url, account, 2)
    [(one,), (_other,)] = do(url, "SELECT id FROM job ORDER BY created_at")
    endings = Endings(url)
    until(lambda: endings.told)
    do(url, "UPDATE job SET status = 'cancelling'")
    with endings.expected(one):
        told = endings.told
        do(url, "UPDATE job SET status = 'cancelled' WHERE id <> %s", one)
        do(url, "UPDATE job SET status = 'cancelled' WHERE id = %s", one)
        endings.wait(told, PATIENCE)
        assert endings.told == told + 1, "of the one that is waited for, and of no other"
    do(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'")
    until(lambda: endings.told >= told + 3), "the loss and the new connection are reasons to look"


@pytest.mark.long
def test_a_render_begins_when_it_is_asked_for_and_stops_when_it_is_cancelled_without_polling(
    postgres: Postgres, new_service: Callable[..., Service]
) -> None:
    """With looks a minute apart: what happens sooner was told."""
    service = new_service(database=postgres.new_database(), poll_seconds="60", workers="0")
    command = [sys.executable, "-m", "velocity_engine", "worker", "--data", str(service.data), "--workers", "1"]
    environment = service.process_environment()
    other = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    said = other.stderr
    assert said is not None
    try:
        until(lambda: "tells this worker" in said.readline())
        client = service.client()
        began = time.monotonic()
        template_id = client.ready_template(template_zip(frames=3000, size=(320, 240)))
        render_id = client.start_render(template_id)
        client.until(f"/render/{render_id}/status", lambda status: status["framesDone"] > 0)
        assert client.post(f"/render/{render_id}/cancel").json()["status"] == "cancelled"
        assert time.monotonic() - began < 55
        small = client.ready_template(template_zip(frames=1, size=(32, 32)))
        waits = []
        for _ in range(8):
            status = client.settle(f"/render/{client.start_render(small)}/status")
            assert status["status"] == "completed"
        for created, started in service.query("SELECT created_at, started_at FROM job WHERE status = 'completed'"):
            waits.append(started - created)
        print(f"from asked to claimed: {sorted(waits)} ms")
        assert median(waits) < 1000
    finally:
        other.terminate()
        other.wait(PATIENCE)
        said.close()
