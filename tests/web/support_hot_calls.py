"""What a service asks of its database all the time, as calls.

Run as ``support_hot_calls.py DATA URL TENANTS`` it prints how the database answers each of their statements, as JSON: a
list for each call, of SQL and the steps of its plan.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from web.support_scale import tenant_id

from velocity_web.accounts import budget, quota
from velocity_web.accounts.auth import Caller, find_caller
from velocity_web.database.entities import connect, db, lock_account, reading, rows, writing
from velocity_web.http.metrics import exposition
from velocity_web.jobs import deliveries, queue
from velocity_web.jobs.queue import Leased
from velocity_web.orders import unqueued
from velocity_web.schemas import states
from velocity_web.schemas.webhook import WebhookLog
from velocity_web.services import batch_rows, estimates, renders, templates, webhooks
from velocity_web.services.paging import Window
from velocity_web.services.watching import Watched, changed
from velocity_web.settings import Settings

OWNER = "elsewhere:2:2"
DEEP = Window(90_000, 50)
LABELLED = Window(0, 50, {"order": "7", "shop": "north"})


class Hot:
    """The calls, for tenants by chance. Those whose name has brackets depend on how much one tenant has."""

    def __init__(self, data: Path, url: str, tenants: int) -> None:
        connect(data, url)
        self._settings = Settings(data=data, database=url)
        self._dice = random.Random(5)
        self.heavy = Caller(tenant_id(0), "tenant 0")
        some = [self.heavy, *(Caller(tenant_id(self._dice.randrange(1, tenants)), "") for _ in range(200))]
        with reading():
            self._renders = {caller.account_id: _render_of(caller) for caller in some}
        self._some = some[1:]
        self._claimed: list[Leased] = []
        self.served: Counter[str] = Counter()

    def calls(self) -> dict[str, Callable[[], object]]:
        heavy, settings, someone = self.heavy, self._settings, self._someone
        return {
            "claim": self._claim,
            "whether there is something to claim": self._wait,
            "a heartbeat": self._beat,
            "leases of silent workers": lambda: queue.sweep(settings),
            "webhooks to send": lambda: (deliveries.claim_round(8, {}, settings), deliveries.due_in()),
            "batches that were left": lambda: unqueued.clear_abandoned(settings),
            "the account of a key": lambda: find_caller("vk_17" + "x" * 30),
            "status": lambda: renders.render_status(*self._render(someone())),
            "list, 50 of a tenant": lambda: renders.list_completed(someone(), Window(0, 50)),
            "active renders of a tenant": lambda: renders.list_active(someone()),
            "history, 50 of a tenant": lambda: renders.list_history(someone(), None, Window(0, 50)),
            "history, 50 of the heavy tenant": lambda: renders.list_history(heavy, None, Window(0, 50)),
            "history, failed ones of the heavy tenant": lambda: renders.list_history(heavy, "failed", Window(0, 50)),
            "history, 50 after 5,000 of the heavy tenant": lambda: renders.list_history(heavy, None, Window(5000, 50)),
            "templates of a tenant": lambda: templates.list_templates(someone()),
            "what renders of a template took": self._past,
            "whether budget and quota hold a render": lambda: self._means(someone()),
            "(renders by their metadata)": lambda: renders.list_completed(heavy, LABELLED),
            "(failed renders by their metadata)": lambda: renders.list_history(heavy, "failed", LABELLED),
            "(batches of the heavy tenant)": lambda: batch_rows.list_batches(heavy, Window(0, 50)),
            "batches by their metadata": lambda: batch_rows.list_batches(heavy, LABELLED),
            "whether what is waited for has changed": self._look,
            "messages of a tenant": lambda: webhooks.list_deliveries(someone(), WebhookLog()),
            "messages of a render": lambda: webhooks.list_deliveries(heavy, WebhookLog(renderId=self._heavy_render)),
            "messages that failed": lambda: webhooks.list_deliveries(heavy, WebhookLog(status="failed")),
            "messages of the heavy tenant": lambda: webhooks.list_deliveries(heavy, WebhookLog()),
            "metrics": exposition,
            "(history, 50 after 90,000 of the heavy tenant)": lambda: renders.list_history(
                heavy, None, Window(90_000, 50)
            ),
            "whether budget and quota of the heavy tenant hold one": lambda: self._means(heavy),
        }

    @property
    def _heavy_render(self) -> UUID:
        return UUID(self._renders[self.heavy.account_id])

    def _look(self) -> None:
        jobs = [Watched(render_id, "processing") for render_id in self._renders.values()]
        batches = [Watched(tenant_id(number), "processing", is_batch=True) for number in range(3)]
        assert changed([*jobs, *batches]) == {*jobs, *batches}

    def _someone(self) -> Caller:
        return self._dice.choice(self._some)

    def _render(self, caller: Caller) -> tuple[Caller, str]:
        return caller, self._renders[caller.account_id]

    def _claim(self) -> None:
        job = queue.claim(OWNER, renders=True, settings=self._settings)
        assert job is not None
        self._claimed.append(job)
        self.served[job.account_id] += 1

    def _wait(self) -> None:
        with reading():
            queue.waiting(renders=True)
            queue.ready_in(renders=True)

    def _beat(self) -> None:
        job = self._dice.choice(self._claimed)
        with reading():
            rows("SELECT id, attempts, status FROM job WHERE lease_owner = $owner", {"owner": OWNER})
        with writing():
            lock_account(job.account_id)
            assert queue.renew(OWNER, job, self._settings)
            budget.charge(job.account_id, job.id, 1)
            queue.set_progress(job.id, 1, 300, 10)

    def _past(self) -> None:
        with reading():
            [(template,)] = rows(
                "SELECT template_id FROM render WHERE id = $id", {"id": self._renders[self.heavy.account_id]}
            )
            estimates.past_of(template)

    def _means(self, caller: Caller) -> None:
        with writing():
            budget.require(caller.account_id, 1, 1)
            quota.require(caller.account_id, 1, 1)


def _render_of(caller: Caller) -> str:
    """One that is not deleted."""
    [(found,)] = rows(
        f"SELECT id FROM job WHERE account_id = $id AND kind = '{states.RENDER}' "
        f"AND status = '{states.COMPLETED}' LIMIT 1",
        {"id": caller.account_id},
    )
    return str(found)


def explained(call: Callable[[], object]) -> list[tuple[str, list[str]]]:
    """What the call asks, with the steps by which it is answered."""
    found: list[tuple[str, list[str]]] = []
    execute = db.provider.execute

    def explain(cursor: Any, sql: str, arguments: Any = None, returning_id: bool = False) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            beside = cursor.connection.cursor()
            if db.provider.dialect == "SQLite":
                beside.execute(f"EXPLAIN QUERY PLAN {sql}", arguments or ())
                found.append((sql, [row[3] for row in beside.fetchall()]))
            else:
                beside.execute(f"EXPLAIN (FORMAT JSON) {sql}", arguments)
                found.append((sql, _steps(json.loads(beside.fetchone()[0])[0]["Plan"])))
            beside.close()
        return execute(cursor, sql, arguments, returning_id)

    db.provider.execute = explain
    try:
        call()
    finally:
        db.provider.execute = execute
    return found


def _steps(plan: dict[str, Any]) -> list[str]:
    """Of PostgreSQL, in the words of SQLite."""
    index = plan.get("Index Name")
    kind, table = plan["Node Type"], plan.get("Relation Name", index)
    here = []
    if kind == "Seq Scan":
        here = [f"SCAN {table}"]
    elif index:
        here = [f"{'SEARCH' if 'Index Cond' in plan else 'SCAN'} {table} USING INDEX {index}"]
    return here + [step for part in plan.get("Plans", []) for step in _steps(part)]


def main() -> None:
    data, url, tenants = sys.argv[1:]
    calls = Hot(Path(data), url, int(tenants)).calls()
    print(json.dumps({name: explained(call) for name, call in calls.items()}))


if __name__ == "__main__":
    main()
