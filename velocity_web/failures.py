"""What a business rule answers with when it says no. No HTTP here: ``problems`` gives each its status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

MISTAKE = "the service made a mistake; its log has more"
"""Of what nobody foresaw: what it was stands in the log alone."""


class Failure(Exception):
    """``detail`` is one sentence for the caller; ``errors`` has sentences by request field, if fields are at fault."""

    title = "Request refused"

    def __init__(self, detail: str, errors: Mapping[str, Sequence[str]] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = {field: list(sentences) for field, sentences in (errors or {}).items()}


class Invalid(Failure):
    """The request contradicts the contract, a template, or itself."""

    title = "Invalid request"


class QuotaExceeded(Failure):
    """The storage quota has no room for it."""

    title = "Storage quota exceeded"


class NotDeletable(Failure):
    """Something that is still in use."""

    title = "Cannot be deleted"


class BudgetExhausted(Failure):
    """No render time is left."""

    title = "Insufficient render time budget"


class Forbidden(Failure):
    """The key, or the link, does not allow it."""

    title = "Forbidden"


class Gone(Failure):
    """It was there for a time that is over."""

    title = "Gone"


class NotFound(Failure):
    """It does not exist, or belongs to somebody else."""

    title = "Not found"


class Conflict(Failure):
    """The thing's state does not allow it."""

    title = "Conflict"


class TooLarge(Failure):
    """More bytes than one upload may have."""

    title = "Too large"


class NoSpace(Failure):
    """The server's disk is full."""

    title = "Insufficient storage"


class Busy(Failure):
    """All places for such a task are taken; soon there is one."""

    title = "Busy"
    retry_after = 2  # seconds


class TooMany(Failure):
    """More than an account may have in a second; ``retry_after`` seconds later there is room again."""

    title = "Too many requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(Failure):
    """Something that the service needs does not answer; later it may."""

    title = "Service unavailable"
    retry_after = 1  # seconds


class KeyReused(Failure):
    """An Idempotency-Key came back with another request."""

    title = "Idempotency-Key reused"
