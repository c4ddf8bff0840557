"""When a request is sent again, and after how long."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

IDEMPOTENCY_KEY = "Idempotency-Key"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
ASKED_TO_WAIT = frozenset({429, 503})
BROKEN_ON_THE_WAY = frozenset({502, 504})
_PREVIEW = re.compile(r"/template/[^/]+/preview(/clip)?/?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Retries:
    """How long the client tries.

    A request is sent again where the service asked for it (429 and 503, whose ``Retry-After`` is kept), where it did
    not arrive, and where its connection broke and doing it twice does no harm: reading, and requests with an
    ``Idempotency-Key``, which ``render`` always has.

    Args:
        most: How often a request is sent again.
        first_pause: Seconds before the first retry; each later pause may be twice as long.
        longest_pause: Seconds that no pause is longer than, but for what ``Retry-After`` asks.
        longest_wait: Seconds of ``Retry-After`` above which the client does not wait, and raises instead.

    Example:
        >>> Velocity(url, key, retries=Retries(most=0))
    """

    most: int = 5
    first_pause: float = 0.5
    longest_pause: float = 30.0
    longest_wait: float = 120.0

    def after_fault(self, request: httpx.Request, fault: httpx.TransportError, retry: int) -> float | None:
        """The seconds until a request whose connection failed is sent again; None: it is not."""
        if retry >= self.most or not (isinstance(fault, NOT_SENT) or may_repeat(request)):
            return None
        return self.pause(retry)

    def after_answer(self, request: httpx.Request, answer: httpx.Response, retry: int) -> float | None:
        """The seconds until a request with this answer is sent again; None: the answer counts."""
        waits = answer.status_code in ASKED_TO_WAIT
        if retry >= self.most or not (waits or (answer.status_code in BROKEN_ON_THE_WAY and may_repeat(request))):
            return None
        asked = retry_after(answer.headers.get("Retry-After"))
        if asked is None:
            return self.pause(retry)
        return None if asked > self.longest_wait else asked

    def pause(self, retry: int) -> float:
        """With chance, so that many clients do not come back at once."""
        longest = min(self.first_pause * 2.0 ** min(retry, 60), self.longest_pause)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def may_repeat(request: httpx.Request) -> bool:
    """Whether sending it twice does the same as sending it once."""
    return (
        request.method in SAFE
        or IDEMPOTENCY_KEY in request.headers
        or request.url.params.get("dryRun") == "true"
        or _PREVIEW.search(request.url.path) is not None
    )


def retry_after(header: str | None) -> float | None:
    """The seconds that a ``Retry-After`` asks for, whether it is a number or a date."""
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (date - datetime.now(UTC)).total_seconds()) if date.tzinfo else None
