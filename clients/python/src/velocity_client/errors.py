"""What can go wrong, each a sentence. All are ``VelocityError``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class VelocityError(Exception):
    """Something that was asked of the service was not done; the text says what and why."""


class Mistaken(VelocityError, TypeError, ValueError):
    """What was given cannot be what is meant, such as an id that is none; the service was not asked."""


class ServiceWarning(UserWarning):
    """The service did what was asked, but for what this says: a field that it does not know, and the like.

    Python shows it once for each text; ``warnings.simplefilter("error", ServiceWarning)`` makes it an error.
    """


class Unreachable(VelocityError):
    """The service did not answer, after all retries."""


class Refused(VelocityError):
    """The service answered with an error.

    Attributes:
        status: The HTTP status, such as 404.
        errors: What is wrong, as sentences by field of the request; empty where the service names no field.
        headers: The answer's headers.
    """

    def __init__(
        self, sentence: str, status: int, errors: Mapping[str, Sequence[str]], headers: Mapping[str, str]
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.errors = dict(errors)
        self.headers = headers


class Failed(VelocityError):
    """A template, a sound or a render was taken and then failed; the text is the service's reason.

    Attributes:
        id: What failed.
        status: How it ended: failed or cancelled.
    """

    def __init__(self, what: str, failed_id: str, status: str, reason: str | None) -> None:
        super().__init__(
            f"the {what} {failed_id} {'was cancelled' if status == 'cancelled' else 'failed'}"
            + (f": {reason}" if reason else "")
        )
        self.id = failed_id
        self.status = status
        self.reason = reason


class TimedOut(VelocityError):
    """What was waited for did not end within the timeout. It goes on in the service."""


class Damaged(VelocityError):
    """A download does not have the length or the content that the service told."""


class Unreadable(VelocityError):
    """An answer is not what this version of the client knows."""


@contextmanager
def understood() -> Iterator[None]:
    """Raises Unreadable where an answer lacks what its description has."""
    try:
        yield
    except VelocityError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable(
            f"the service's answer is not as this client knows it ({type(error).__name__}: {error}); "
            "use the client of the service's version"
        ) from error
