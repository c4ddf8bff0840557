"""The few reasons by which failures are counted; the sentence that a user reads says more."""

from __future__ import annotations

from enum import StrEnum

from velocity_web.accounts import budget
from velocity_web.failures import QuotaExceeded
from velocity_web.storage.files import NO_SPACE


class Reason(StrEnum):
    BUDGET = "budget"
    QUOTA = "quota"
    DISK = "disk"
    MEMORY = "memory"
    TIME = "time"
    CRASH = "crash"
    STALLED = "stalled"
    """No frame came for long."""
    LOST = "lost"
    """Its worker, time and again."""
    SOURCE = "source"
    """A file at a URL or on a connection."""
    SETUP = "setup"
    """An executor that is not there, or a file that is gone."""
    CONTENT = "content"
    """What the process said of the template, the request or the upload."""


BEGINNINGS = {
    budget.EXHAUSTED: Reason.BUDGET,
    QuotaExceeded.title: Reason.QUOTA,
    NO_SPACE: Reason.DISK,
    "its file cannot be stored": Reason.DISK,
    "its files could not be prepared": Reason.DISK,
    "it needed more than": Reason.MEMORY,
    "the system ended its process": Reason.MEMORY,
    "it took longer than": Reason.TIME,
    "it took more processor time": Reason.TIME,
    "its process": Reason.CRASH,
    "no frame came": Reason.STALLED,
    "its worker was lost": Reason.LOST,
    "cannot fetch": Reason.SOURCE,
    "the executor": Reason.SETUP,
    "its file is gone": Reason.SETUP,
}


def reason_of(sentence: str) -> Reason:
    """The reason that a failed job's sentence is counted as."""
    _attempts, after, why = sentence.partition(" attempts: ")
    said = why if after and sentence.startswith("failed after ") else sentence
    return next((reason for begins, reason in BEGINNINGS.items() if said.startswith(begins)), Reason.CONTENT)
