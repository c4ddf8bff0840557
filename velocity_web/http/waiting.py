"""``wait=seconds``: an answer that is held back until there is something new to say.

The handler answers as ever and says what its answer depends on. A server that can hold answers back (it puts a
``Patience`` into the environment of the request) throws this one away then, lets its thread go, and asks the handler
once more when that has changed or the time is over. Any other server sends the answer at once.
"""

from __future__ import annotations

from typing import Any, Protocol

from velocity_web.http.operation import Call
from velocity_web.schemas import states
from velocity_web.services.watching import Watched

PATIENCE = "velocity.patience"


class Patience(Protocol):
    """Of one request. ``is_asked`` while its answer is to be held back."""

    is_asked: bool

    def ask(self, account_id: str, watched: Watched, seconds: float) -> None:
        """Hold the answer back, unless it was held back already. Raises TooMany."""


def hold_back(call: Call[Any, Any], watched: Watched) -> None:
    """Hold this answer back for as long as the query asks, until ``watched`` has another status. Raises TooMany."""
    patience: Patience | None = call.req.env.get(PATIENCE)
    if patience is not None and call.query.wait > 0 and watched.status not in states.FINAL:
        patience.ask(call.caller.account_id, watched, call.query.wait)
