"""The database: entities over the tables that ``migrations`` builds, and the two kinds of session.

Times are milliseconds since 1970 (UTC), identifiers UUIDs as text, structured values JSON as text, so that SQLite and
PostgreSQL hold the same. What must be exact under concurrency is done by UPDATE statements with their condition.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from pony.orm import Database, LongStr, Optional, PrimaryKey, Required, db_session

from velocity_web.schemas import states

KEPT_STATEMENTS = 256
CACHE_KIB = 512
"""Of SQLite, for each thread that has a connection; the system keeps the file's pages for all of them."""

NOT_YET = 1 << 60
"""``not_before`` of jobs that wait for something else than time: their batch, or another render of it. The indexes of
waiting jobs leave them out."""

db = Database()
Entity: Any = db.Entity


class Account(Entity):
    """A user: keys, a quota, a budget. ``used_bytes`` is the sum over its files, ``used_ms`` over its renders.

    ``claimed_at`` is for workers of versions before 9 of the schema; now it is in ``queue_turn``. ``key_*`` are for
    servers of versions before 12; now keys are in ``api_key``.
    """

    _table_ = "account"
    id = PrimaryKey(str, 36)
    name = Required(str, unique=True)
    key_prefix = Optional(str)
    key_hash = Optional(str)
    disabled = Required(bool, default=False)
    quota_mb = Required(int, size=64)
    used_bytes = Required(int, size=64, default=0, volatile=True)
    budget_ms = Required(int, size=64)
    used_ms = Required(int, size=64, default=0, volatile=True)
    claimed_at = Required(int, size=64, default=0, volatile=True)
    revision = Required(int, size=64, default=0, volatile=True)
    created_at = Required(int, size=64)
    webhook_secret = Optional(str)


class ApiKey(Entity):
    """A key of an account; ``scopes`` and ``origins`` are words with spaces between them. ``seconds`` is how long it
    was made for, also where it ends sooner since another took its place.
    """

    _table_ = "api_key"
    id = PrimaryKey(str, 36)
    account_id = Required(str, index=True)
    name = Required(str)
    prefix = Required(str, index=True)
    digest = Required(str)
    scopes = Optional(str)
    origins = Optional(LongStr)
    created_at = Required(int, size=64)
    used_at = Optional(int, size=64, nullable=True, volatile=True)
    ends_at = Optional(int, size=64, nullable=True)
    seconds = Optional(int, size=64, nullable=True)


class Job(Entity):
    """A unit of work of the queue. A render's job has the render's id; others have an id of their own.

    ``reserved_*`` are the render's, so that their sum over an account's active renders is read from an index, and so is
    ``batch_id``, so that an index tells whether anything of a batch is active.
    """

    _table_ = "job"
    id = PrimaryKey(str, 36)
    kind = Required(str)
    account_id = Required(str)
    subject_id = Required(str, index=True)
    name = Required(str)
    status = Required(str)
    stage = Required(str, default=states.UPLOADED)
    reason = Optional(LongStr, nullable=True)
    attempts = Required(int, default=0)
    lease_owner = Optional(str, nullable=True)
    lease_until = Optional(int, size=64, nullable=True)
    not_before = Required(int, size=64, default=0)
    created_at = Required(int, size=64)
    started_at = Optional(int, size=64, nullable=True)
    completed_at = Optional(int, size=64, nullable=True)
    traceparent = Optional(str, nullable=True)
    reserved_ms = Optional(int, size=64, nullable=True)
    reserved_bytes = Optional(int, size=64, nullable=True)
    batch_id = Optional(str, nullable=True)


class Template(Entity):
    _table_ = "template"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    name = Required(str)
    file_name = Required(str)
    file = Required(str)
    size_bytes = Required(int, size=64)
    sha256 = Required(str)
    analysis = Optional(LongStr, nullable=True)
    created_at = Required(int, size=64)


class AudioGroup(Entity):
    _table_ = "audio_group"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    name = Required(str)
    is_default = Required(bool, default=False)
    created_at = Required(int, size=64)


class Audio(Entity):
    _table_ = "audio"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    group_id = Required(str)
    name = Required(str)
    file = Required(str)
    size_bytes = Required(int, size=64)
    sha256 = Required(str)
    format = Required(str)
    seconds = Optional(float, nullable=True)
    created_at = Required(int, size=64)


class Asset(Entity):
    _table_ = "asset"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    name = Required(str)
    file = Required(str)
    kind = Required(str)
    format = Required(str)
    width = Required(int)
    height = Required(int)
    seconds = Optional(float, nullable=True)
    size_bytes = Required(int, size=64)
    sha256 = Required(str)
    cues = Optional(LongStr, nullable=True)  # of a caption file, as JSON that the engine wrote
    created_at = Required(int, size=64)


class Font(Entity):
    """``faces`` are what texts find it by, as JSON."""

    _table_ = "font"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    name = Required(str)
    file = Required(str)
    format = Required(str)
    faces = Required(LongStr)
    size_bytes = Required(int, size=64)
    sha256 = Required(str)
    created_at = Required(int, size=64)


class Campaign(Entity):
    _table_ = "campaign"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    name = Required(str)
    created_at = Required(int, size=64)


class CampaignAudioGroup(Entity):
    _table_ = "campaign_audio_group"
    campaign_id = Required(str)
    group_id = Required(str)
    PrimaryKey(campaign_id, group_id)


class TemplateInstance(Entity):
    _table_ = "template_instance"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    campaign_id = Required(str)
    template_id = Required(str)
    name = Required(str)
    customization_map = Required(LongStr, default="[]")
    created_at = Required(int, size=64)


class Render(Entity):
    """A render and its outcome; ``request`` is what the worker needs, as JSON. Its state is in the job of its id.

    ``forecast_*`` is what the engine foretold for renders of its ``manner``, ``reserved_*`` what it needs at least and
    holds of the budget and the quota while it is active. ``follows`` is a render of the same batch that this one waits
    for, to take over what it leaves. ``metadata`` is the caller's own, as JSON; each entry of it is a ``Label``, too.
    """

    _table_ = "render"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    name = Required(str)
    template_id = Required(str)
    template_name = Required(str)
    template_instance_id = Optional(str, nullable=True)
    template_instance_name = Optional(str, nullable=True)
    campaign_id = Optional(str, nullable=True)
    audio_id = Optional(str, nullable=True)
    batch_id = Optional(str, nullable=True)
    batch_row = Optional(int, nullable=True)
    request = Required(LongStr)
    webhook_url = Optional(str, nullable=True)
    frames_done = Required(int, default=0, volatile=True)
    frames_total = Required(int, default=0, volatile=True)
    remaining_ms = Optional(int, size=64, nullable=True, volatile=True)
    charged_ms = Required(int, size=64, default=0, volatile=True)
    file = Optional(str, nullable=True)
    sha256 = Optional(str, nullable=True)
    size_bytes = Optional(int, size=64, nullable=True)
    render_ms = Optional(int, size=64, nullable=True)
    warnings = Optional(LongStr, nullable=True, volatile=True)
    created_at = Required(int, size=64)
    forecast_ms = Optional(float, nullable=True)
    forecast_bytes = Optional(float, nullable=True)
    manner = Optional(str, nullable=True)
    reserved_ms = Optional(int, size=64, nullable=True)
    reserved_bytes = Optional(int, size=64, nullable=True)
    follows = Optional(str, nullable=True)
    metadata = Optional(LongStr, nullable=True)


class Label(Entity):
    """One entry of the metadata of a render or a batch (its ``kind``), by which lists are filtered."""

    _table_ = "label"
    subject_id = Required(str)
    name = Required(str)
    PrimaryKey(subject_id, name)
    value = Optional(str)
    account_id = Required(str)
    kind = Required(str)
    created_at = Required(int, size=64)


class Poster(Entity):
    """The picture beside a render's video."""

    _table_ = "poster"
    render_id = PrimaryKey(str, 36)
    account_id = Required(str)
    file = Required(str)
    size_bytes = Required(int, size=64)
    sha256 = Required(str)


class IdempotentRequest(Entity):
    _table_ = "idempotent_request"
    account_id = Required(str)
    key = Required(str)
    PrimaryKey(account_id, key)
    body_hash = Required(str)
    answer = Required(LongStr)
    created_at = Required(int, size=64)


class Batch(Entity):
    """``status`` is queueing while ``owner``, a server process, checks its rows; then queued, or cancelled meanwhile.
    ``rows`` is how versions before 4 of the schema kept them, as JSON; now each is one of ``batch_row``. ``seconds`` of
    video are what its valid rows have, ``unique_seconds`` those that are left where what is the same counts once.
    ``webhook_url`` is told of the batch, as its renders' are told of them.
    """

    _table_ = "batch"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    name = Required(str)
    template_id = Required(str)
    rows = Required(LongStr, default="[]")
    status = Required(str, default=states.QUEUED, volatile=True)
    owner = Optional(str, nullable=True)
    rows_total = Required(int, default=0, volatile=True)
    rows_checked = Required(int, default=0, volatile=True)
    seconds = Optional(float, nullable=True, volatile=True)
    unique_seconds = Optional(float, nullable=True, volatile=True)
    created_at = Required(int, size=64)
    metadata = Optional(LongStr, nullable=True)
    webhook_url = Optional(str, nullable=True)


class WebhookEndpoint(Entity):
    """A URL that an account's ``events`` (names, as a JSON list) are sent to."""

    _table_ = "webhook_endpoint"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    url = Required(str)
    events = Required(LongStr)
    enabled = Required(bool, default=True)
    created_at = Required(int, size=64)


class FormerWebhookSecret(Entity):
    """The secret that an account had before its present one; it signs beside that until ``valid_until``."""

    _table_ = "former_webhook_secret"
    account_id = PrimaryKey(str, 36)
    secret = Required(str)
    valid_until = Required(int, size=64)


class WebhookDelivery(Entity):
    """A message to a URL. ``subject_id`` is the render, batch, template or audio file that its ``event`` is of; the
    column has the name that servers of versions before 13 of the schema know. ``endpoint_id`` is null where the request
    named the URL.
    """

    _table_ = "webhook_delivery"
    id = PrimaryKey(str, 36)
    account_id = Required(str)
    subject_id = Required(str, column="render_id")
    endpoint_id = Optional(str, nullable=True)
    url = Required(str)
    receiver = Optional(str)
    event = Required(str)
    payload = Required(LongStr)
    status = Required(str)
    attempts = Required(int, default=0)
    next_at = Required(int, size=64)
    claimed_at = Optional(int, size=64, nullable=True)
    response_code = Optional(int, nullable=True)
    reason = Optional(LongStr, nullable=True)
    created_at = Required(int, size=64)
    completed_at = Optional(int, size=64, nullable=True)


_connected = threading.Lock()
_session = threading.local()
"""``actions``, while a transaction of ``writing`` is under way in the thread."""


@db.on_connect(provider="sqlite")
def _tune_sqlite(_database: object, connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 30000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA case_sensitive_like = false")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")


def connect(data: Path, url: str = "") -> None:
    """Bind this process to its database, migrating it first; a second call is of no effect.

    Raises ValueError for a URL that is not PostgreSQL's, and the driver's error where the server cannot be reached.
    """
    from velocity_web.database.migrations import migrate_postgres, migrate_sqlite

    with _connected:
        if db.provider is not None:
            return
        if not url:
            data.mkdir(parents=True, exist_ok=True)
            path = (data / "velocity.db").resolve()
            migrate_sqlite(path)
            db.bind("sqlite", filename=str(path), create_db=True, timeout=30)
        elif url.startswith(("postgresql://", "postgres://")):
            migrate_postgres(url)
            db.bind("postgres", url)
        else:
            raise ValueError("the database is given as postgresql://user:password@host/name, or not at all for SQLite")
        db.generate_mapping(create_tables=False)


@contextmanager
def reading() -> Iterator[None]:
    """A session that only reads. Keep it short; inside another session it joins that one."""
    with db_session:
        yield
    _forget_statements()


@contextmanager
def writing() -> Iterator[None]:
    """One transaction that writes, taken from its first statement on, committed at the end or rolled back whole.

    Inside another session it joins that one.
    """
    outermost = not hasattr(_session, "actions")
    if outermost:
        _session.actions = []
    try:
        with db_session(immediate=True):
            yield
        actions = _session.actions if outermost else []
    finally:
        if outermost:
            del _session.actions
    for action in actions:
        action()
    _forget_statements()


def after_commit(action: Callable[[], None]) -> None:
    """Within ``writing``: what is done once the transaction is committed, and not at all where it is rolled back."""
    _session.actions.append(action)


def _forget_statements() -> None:
    """Keep Pony's memory of statements bounded.

    It keeps one for each page that was ever asked for and each length of a list; and by thread, how long each took.
    """
    db.local_stats.clear()
    for kept in (db._translator_cache, db._constructed_sql_cache):
        if len(kept) > KEPT_STATEMENTS:
            kept.clear()


def execute(sql: str, parameters: Mapping[str, Any]) -> int:
    """Run one writing statement with ``$name`` parameters, and give the number of rows it touched."""
    db.flush()
    return int(db.execute(sql, dict(parameters)).rowcount)


def insert_many(table: str, entries: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same columns, without an entity for each. Within a writing transaction."""
    if not entries:
        return
    columns = list(entries[0])
    marks = ", ".join(["?" if db.provider.dialect == "SQLite" else "%s"] * len(columns))
    db.flush()
    cursor = db.get_connection().cursor()
    cursor.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608  # names of our own
        [tuple(entry[name] for name in columns) for entry in entries],
    )
    cursor.close()


def rows(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query with ``$name`` parameters.

    Pony's own ``execute`` would begin a transaction that writes, and so wait for everybody who does.
    """
    return list(db._exec_raw_sql(sql, dict(parameters), None, 0, start_transaction=False).fetchall())


def get_existing(entity: Any, **key: Any) -> Any:
    """The entity of that key, which must be there. Within a session."""
    found = entity.get(**key)
    assert found is not None
    return found


def lock_account(account_id: str) -> None:
    """Hold the account's row until the transaction ends: sums over its things are exact from here on.

    It is the first row that a transaction locks, so that no two wait for each other.
    """
    execute("UPDATE account SET revision = revision + 1 WHERE id = $id", {"id": account_id})


def lock_job(job_id: str) -> None:
    """Within the transaction that holds its account, before the job is read: no worker claims it until the end."""
    if db.provider.dialect != "SQLite":
        rows("SELECT id FROM job WHERE id = $id FOR UPDATE", {"id": job_id})


def new_id() -> str:
    return str(uuid4())
