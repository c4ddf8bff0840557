"""Looking at what goes on in the service, until it ends."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Protocol, TypeVar

from velocity_client._pause import async_pause
from velocity_client.errors import TimedOut

SHORTEST, LONGEST, GROWTH = 0.1, 2.0, 1.3
State = TypeVar("State")
Seen = TypeVar("Seen", covariant=True)


class AsyncLook(Protocol[Seen]):
    """Asks the service how something is, and whether that is final."""

    async def __call__(self) -> tuple[Seen, bool]: ...


async def changes_of(look: AsyncLook[State], timeout: float | None, what: str) -> AsyncIterator[State]:
    """Each state that is not as the one before; the last is the one of which ``look`` says that it is final.

    Raises TimedOut after ``timeout`` seconds.
    """
    end = None if timeout is None else time.monotonic() + timeout
    seconds = SHORTEST
    last: tuple[State] | None = None
    while True:
        state, final = await look()
        if last != (state,):
            last = (state,)
            yield state
        if final:
            return
        if end is not None and time.monotonic() >= end:
            raise TimedOut(f"{what} has not ended within {timeout:g} seconds")
        await async_pause(seconds if end is None else min(seconds, max(0.0, end - time.monotonic())))
        seconds = min(seconds * GROWTH, LONGEST)
