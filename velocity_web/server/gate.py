"""What is decided on a request by its head alone, before a byte of its body is read.

``enter`` looks at nothing but memory: whose turn it is, and whether there were too many requests. ``admit`` asks the
database: whether the key is right, and how large the body may be.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from velocity_web.accounts.auth import LONGEST_KEY, acquaintances, find_caller, lacking
from velocity_web.accounts.quota import full_sentence, storage_of
from velocity_web.accounts.rates import Buckets
from velocity_web.database.entities import reading
from velocity_web.failures import Forbidden
from velocity_web.http.problems import LINKS
from velocity_web.schemas.scopes import RENDER
from velocity_web.settings import Settings
from velocity_web.storage.disk import spare_bytes
from velocity_web.storage.files import NO_SPACE

MULTIPART_OVERHEAD = 64 * 1024
OTHER_JSON_BYTES = 1_048_576
OPEN_BODY_BYTES = 1024
IN_MEMORY_BYTES = 512 * 1024  # what a body may have before it is spooled to the disk
WRONG_KEYS_AT_ONCE = 20  # seconds of their rate
COPIES = 2  # an upload lies in the spool and, a moment later, in a file of its own
OPEN_PATHS = ("/", "/config.json", "/docs", "/openapi.json", "/llms.txt", "/health", "/ready", "/metrics")
AT_ONCE_PATHS = ("/health",)
ASIDE_PATHS = ("/ready",)
PREVIEWS = ("/preview", "/preview/clip", "/preview/link")


def normal_path(path: str) -> str:
    """The form under which routes are known: lower case, no final slash."""
    return path.lower().rstrip("/") or "/"


def is_open(path: str) -> bool:
    """Whether a (normal) path needs no key."""
    return path in OPEN_PATHS or path.startswith(("/docs/", "/console/", LINKS))


@dataclass(frozen=True, slots=True)
class Refusal:
    """``retry_after`` is in seconds; 0 where asking again would not help."""

    status: int
    title: str
    detail: str
    errors: dict[str, list[str]] = field(default_factory=dict)
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many bytes a body may have, and what is said when it has more."""

    limit: int
    beyond: Refusal


@dataclass(frozen=True, slots=True)
class Head:
    """What the gate sees of a request. ``content_length`` is 0 where there is no body, or its length is not told."""

    path: str
    key: str | None
    address: str
    has_body: bool
    content_length: int


@dataclass(frozen=True, slots=True)
class Entry:
    """Whose turn a request waits for; ``allowance`` where its body needs no further question."""

    group: str
    allowance: Allowance | None = None


UNAUTHORIZED = Refusal(401, "Unauthorized", "the X-API-Key header is missing or is not a valid API key")
NO_ROOM = Refusal(507, "Insufficient storage", NO_SPACE, retry_after=60)
TIMED_OUT = Refusal(408, "Request timeout", "the request did not arrive in time; send it at once and without pauses")
CROWDED = Refusal(503, "Service unavailable", "there are too many connections from your address", retry_after=1)
NOT_ANSWERING = Refusal(503, "Service unavailable", "the database does not answer; try again", retry_after=1)


def too_many(subject: str, seconds: float) -> Refusal:
    wait = max(1, math.ceil(seconds))
    unit = "second" if wait == 1 else "seconds"
    return Refusal(429, "Too many requests", f"too many {subject}; try again in {wait} {unit}", retry_after=wait)


def too_large(what: str, limit: int) -> Refusal:
    return Refusal(413, "Too large", f"{what} may have at most {limit} bytes")


class Gate:
    """Decides on a request by its head alone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._large_json = {"/render": settings.max_render_bytes, "/render/batch": settings.max_json_bytes}
        self._requests = Buckets(settings.requests_per_second, settings.request_burst)
        self._wrong_keys = Buckets(settings.wrong_keys_per_second, settings.wrong_keys_per_second * WRONG_KEYS_AT_ONCE)

    def enter(self, head: Head) -> Refusal | Entry:
        """Give a request its place in the line, or refuse it. Asks nobody, so that it may be called between others."""
        group = f"address {head.address}"
        if head.path not in AT_ONCE_PATHS + ASIDE_PATHS:
            key = head.key if head.key and len(head.key) <= LONGEST_KEY else None
            account = acquaintances.account_of(key) if key else None
            if account is not None:
                group = account
            elif key and (seconds := self._wrong_keys.wait(head.address)):
                return too_many("wrong API keys from your address", seconds)
            if seconds := self._requests.take(group):
                return too_many("requests", seconds)
        if not head.has_body:
            return Entry(group)
        if not is_open(head.path):
            return Entry(group)
        allowance = Allowance(OPEN_BODY_BYTES, too_large("the body of a request to this path", OPEN_BODY_BYTES))
        return allowance.beyond if head.content_length > allowance.limit else Entry(group, allowance)

    def note_wrong_key(self, address: str) -> None:
        """A key was wrong. Each costs a look into the database, so an address has only so many."""
        self._wrong_keys.take(address)

    def upload_limit(self, path: str) -> int | None:
        """The largest file of an upload path; None where the body is no upload."""
        if path == "/template/upload":
            return self.settings.max_template_bytes
        if path == "/audio/upload" or (path.startswith("/audio-asset-group/") and path.endswith("/audio")):
            return self.settings.max_audio_bytes
        if path == "/asset":
            return self.settings.max_asset_bytes
        if path == "/font":
            return self.settings.max_font_bytes
        return None

    def json_limit(self, path: str) -> int:
        """The largest body of a path that takes JSON."""
        if path.startswith("/template/") and path.endswith(PREVIEWS):
            return self.settings.max_render_bytes
        return self._large_json.get(path, min(OTHER_JSON_BYTES, self.settings.max_json_bytes))

    def admit(self, head: Head) -> Refusal | Allowance:
        """Let a request with a body in, up to an allowance, or refuse it. Asks the database."""
        caller = find_caller(head.key)
        if caller is None:
            if head.key:
                self.note_wrong_key(head.address)
            return UNAUTHORIZED
        largest = self.upload_limit(head.path)
        if (largest is not None or head.path in self._large_json) and (sentence := lacking(caller, (RENDER,))):
            return Refusal(403, Forbidden.title, sentence)
        if largest is None:
            limit = self.json_limit(head.path)
            allowance = self._within_disk(Allowance(limit, too_large("a request body", limit)), 1, IN_MEMORY_BYTES)
        else:
            allowance = self._within_disk(self._upload_allowance(caller.account_id, largest, head), COPIES, 0)
        return allowance.beyond if head.content_length > allowance.limit else allowance

    def _within_disk(self, allowance: Allowance, copies: int, least: int) -> Allowance:
        """No more than the disk has room for, but ``least`` in any case."""
        room = max(least, spare_bytes(self.settings) // copies)
        return allowance if room >= allowance.limit else Allowance(room, NO_ROOM)

    def _upload_allowance(self, account_id: str, largest: int, head: Head) -> Allowance:
        """What the file's kind allows, or what the account's quota does where that is less."""
        content_length = head.content_length
        allowance = Allowance(largest + MULTIPART_OVERHEAD, too_large("the file", largest))
        if content_length > allowance.limit:
            return allowance
        with reading():
            storage = storage_of(account_id)
        room = storage.available_bytes + MULTIPART_OVERHEAD
        if room >= allowance.limit:
            return allowance
        size = max(content_length, storage.available_bytes + 1)
        sentence = full_sentence(storage, size)
        return Allowance(room, Refusal(400, "Storage quota exceeded", sentence, {"file": [sentence]}))
