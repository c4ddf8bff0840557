"""The render time budget: charged while a render runs, never beyond what is left.

Every accepted render holds one millisecond of the budget until it is charged, so that of many requests for the last of
a budget exactly as many are accepted as there are milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from velocity_web.entities import execute, lock_account, rows
from velocity_web.failures import BudgetExhausted, NotFound

RESERVED_MS = 1
EXHAUSTED = "Insufficient VM budget mid-render: the render time budget is used up"


@dataclass(frozen=True, slots=True)
class Budget:
    total_ms: int
    used_ms: int

    @property
    def remaining_ms(self) -> int:
        return max(0, self.total_ms - self.used_ms)


def budget_of(account_id: str) -> Budget:
    """Within a session."""
    found = rows("SELECT budget_ms, used_ms FROM account WHERE id = $id", {"id": account_id})
    if not found:
        raise NotFound("the account was removed")
    return Budget(*found[0])


def _reserved_ms(account_id: str) -> int:
    found = rows(
        "SELECT COUNT(*) FROM job JOIN render ON render.id = job.id WHERE job.account_id = $id AND job.kind = 'render' "
        "AND job.status IN ('pending', 'processing', 'cancelling') AND render.charged_ms = 0",
        {"id": account_id},
    )
    return int(found[0][0]) * RESERVED_MS


def require(account_id: str) -> None:
    """Within the transaction that queues a render. Raises BudgetExhausted."""
    lock_account(account_id)
    budget = budget_of(account_id)
    if budget.remaining_ms - _reserved_ms(account_id) < RESERVED_MS:
        raise BudgetExhausted(
            f"the render time budget of {budget.total_ms} ms is used up; ask the administrator for more"
        )


def charge(account_id: str, render_id: str, total_ms: int) -> bool:
    """Set what the present attempt of a render has cost so far; only the growth is charged.

    Within a writing transaction. False when the budget did not hold it: then what was left of it is charged.
    """
    lock_account(account_id)
    charged = rows("SELECT charged_ms FROM render WHERE id = $id", {"id": render_id})[0][0]
    budget = budget_of(account_id)
    growth: int = max(0, total_ms - charged)
    taken: int = min(growth, budget.remaining_ms)
    if taken:
        both = {"account": account_id, "render": render_id, "ms": taken}
        execute("UPDATE account SET used_ms = used_ms + $ms WHERE id = $account", both)
        execute("UPDATE render SET charged_ms = charged_ms + $ms WHERE id = $render", both)
    return taken == growth


def refund(account_id: str, render_id: str) -> None:
    """Take back the charge of an attempt that the service lost. Within a writing transaction."""
    lock_account(account_id)
    both = {"account": account_id, "render": render_id}
    execute(
        "UPDATE account SET used_ms = used_ms - (SELECT charged_ms FROM render WHERE id = $render) WHERE id = $account",
        both,
    )
    execute("UPDATE render SET charged_ms = 0 WHERE id = $render", both)


__all__ = ["EXHAUSTED", "Budget", "budget_of", "charge", "refund", "require"]
