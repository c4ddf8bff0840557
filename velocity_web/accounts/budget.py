"""The render time budget: charged while a render runs, never beyond what is left.

Every accepted render holds what it needs at least until it is charged that, so that of many requests for the last of a
budget exactly as many are accepted as it can hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from velocity_web.database.entities import execute, lock_account, rows
from velocity_web.failures import BudgetExhausted, NotFound
from velocity_web.schemas import states

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


def reserved_ms(account_id: str) -> int:
    """Within a session: what the active renders will be charged yet, at least.

    Only those at work, which are few, were charged anything; the sum over the others is read from an index.
    """
    active = f"job.account_id = $id AND job.kind = '{states.RENDER}' AND job.status IN ({states.listed(states.ACTIVE)})"
    key = {"id": account_id}
    [(reserved,)] = rows(f"SELECT SUM(COALESCE(job.reserved_ms, 1)) FROM job WHERE {active}", key)
    least = "COALESCE(job.reserved_ms, 1)"
    [(charged,)] = rows(
        f"SELECT SUM(CASE WHEN render.charged_ms < {least} THEN render.charged_ms ELSE {least} END) "
        f"FROM job JOIN render ON render.id = job.id WHERE {active} AND job.lease_owner IS NOT NULL",
        key,
    )
    return int(reserved or 0) - int(charged or 0)


def require(account_id: str, expected_ms: int, least_ms: int) -> None:
    """Within the transaction that queues renders: they need at least ``least_ms`` together. Raises BudgetExhausted."""
    lock_account(account_id)
    budget = budget_of(account_id)
    if budget.remaining_ms == 0:
        raise BudgetExhausted(
            f"the render time budget of {budget.total_ms} ms is used up; ask the administrator for more"
        )
    held = reserved_ms(account_id)
    left = max(0, budget.remaining_ms - held)
    if least_ms > left:
        others = f" beside the {held} ms that the renders before it need" if held else ""
        raise BudgetExhausted(
            f"about {expected_ms} ms (at least {least_ms}) of render time are needed, and {left} ms of the budget of "
            f"{budget.total_ms} ms are left{others}; render fewer frames, smaller or with a faster preset, "
            "or ask the administrator for more"
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
