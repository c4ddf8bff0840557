"""A database that has been in use for long: thousands of tenants, renders without end, one tenant with very many.

The same SQL fills SQLite and PostgreSQL. Ids are scattered as those of a service are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from velocity_web.clock import now_ms


@dataclass(frozen=True, slots=True)
class Scale:
    """Of all renders a tenth is completed and another tenth waits, both of tenant 0; the others are all tenants'."""

    tenants: int
    renders: int

    @property
    def heavy(self) -> int:
        return self.renders // 10


REQUEST = '{"asked": {"jobInfo": {}, "encoderConfig": {"bitrate": 625000}}, "order": {"filler": "' + "x" * 400 + '"}}'
TEMPLATES, LEASED = 5, 200


def scattered(number: str) -> str:
    """A UUID of a number in SQL, in no order."""
    digits = f"1000000000000 + (CAST({number} AS BIGINT) * 387420489) % 999999999989"
    return f"'00000000-0000-4000-8000-' || substr(CAST({digits} AS TEXT), 2)"


def tenant_id(number: int) -> str:
    return f"10000000-0000-4000-8000-{number:012d}"


def tenant(number: str) -> str:
    return f"'10000000-0000-4000-8000-' || substr(CAST(1000000000000 + {number} AS TEXT), 2)"


def literal(text: str) -> str:
    return f"'{text}'"


def statements(scale: Scale) -> list[str]:
    """What fills a database that has its schema and nothing else."""
    now, heavy = now_ms(), scale.heavy

    def series(count: int) -> str:
        return f"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})"

    owner = tenant(f"(CASE WHEN i < {2 * heavy} THEN 0 ELSE i % {scale.tenants} END)")
    turn = f"(i / {scale.tenants}) % 50"
    status = (
        f"CASE WHEN i < {heavy} THEN 'pending' WHEN i < {2 * heavy} THEN 'completed' WHEN {turn} = 7 THEN 'pending' "
        f"WHEN {turn} IN (1, 2) THEN 'failed' WHEN {turn} = 3 THEN 'cancelled' WHEN {turn} = 4 THEN 'deleted' "
        "ELSE 'completed' END"
    )
    created = f"{now} - ({scale.renders} - i) * 60"
    template = scattered(f"(CASE WHEN i < {2 * heavy} THEN 0 ELSE i % {scale.tenants * TEMPLATES} END + 3000000)")
    its_template, its_tenant = scattered("(i + 3000000)"), tenant(f"(i % {scale.tenants})")
    each_template = series(scale.tenants * TEMPLATES)

    def if_done(value: str, otherwise: str = "NULL") -> str:
        return f"CASE WHEN {status} = 'completed' THEN {value} ELSE {otherwise} END"

    def if_begun(value: str, otherwise: str = "NULL") -> str:
        return f"CASE WHEN {status} = 'pending' THEN {otherwise} ELSE {value} END"

    return [
        (
            f"INSERT INTO account (id, name, key_prefix, key_hash, disabled, quota_mb, used_bytes, budget_ms, used_ms, "
            f"claimed_at, revision, created_at) {series(scale.tenants)} SELECT {tenant('i')}, 'tenant ' || i, "
            f"'', '', FALSE, 1000000, 0, 1000000000000, 0, 0, 0, {now} FROM n"
        ),
        (
            "INSERT INTO api_key (id, account_id, name, prefix, digest, scopes, origins, created_at) "
            f"{series(scale.tenants)} SELECT {tenant('i')}, {tenant('i')}, 'key', 'vk_' || i, 'hash ' || i, "
            f"'render read preview', '', {now} FROM n"
        ),
        (
            "INSERT INTO template (id, account_id, name, file_name, file, size_bytes, sha256, created_at) "
            f"{each_template} SELECT {its_template}, {its_tenant}, "
            f"'template', 't.zip', 'templates/' || i, 1000, 'sha', {now} FROM n"
        ),
        (
            "INSERT INTO job (id, kind, account_id, subject_id, name, status, stage, attempts, not_before, created_at, "
            f"completed_at) {each_template} SELECT {scattered('(i + 6000000)')}, 'template', "
            f"{its_tenant}, {its_template}, 'template', 'completed', 'completed', 1, "
            f"0, {now}, {now} FROM n"
        ),
        (
            "INSERT INTO render (id, account_id, name, template_id, template_name, request, frames_done, frames_total, "
            "charged_ms, render_ms, size_bytes, file, sha256, created_at, forecast_ms, forecast_bytes, manner, "
            f"reserved_ms, reserved_bytes) {series(scale.renders)} SELECT {scattered('i')}, {owner}, 'render ' || i, "
            f"{template}, 'template', '{REQUEST}', {if_done('300', '0')}, 300, {if_done('900', '0')}, "
            f"{if_done('900')}, {if_done('100000')}, {if_done(literal('renders/1'))}, {if_done(literal('sha'))}, "
            f"{created}, 900.0, 100000.0, 'h264/5/1', 500, 50000 FROM n"
        ),
        (
            "INSERT INTO job (id, kind, account_id, subject_id, name, status, stage, attempts, not_before, created_at, "
            f"started_at, completed_at, reserved_ms, reserved_bytes) {series(scale.renders)} "
            f"SELECT {scattered('i')}, 'render', {owner}, "
            f"{scattered('i')}, 'render ' || i, {status}, 'uploaded', {if_begun('1', '0')}, 0, {created}, "
            f"{if_begun(f'{created} + 50')}, {if_begun(f'{created} + 1000')}, 500, 50000 FROM n"
        ),
        (
            "INSERT INTO poster (render_id, account_id, file, size_bytes, sha256) SELECT id, account_id, id, 9, 'sha' "
            "FROM job WHERE kind = 'render' AND status = 'completed'"
        ),
        (
            "INSERT INTO webhook_delivery (id, account_id, render_id, url, receiver, event, payload, status, attempts, "
            "next_at, created_at) SELECT id, account_id, id, 'https://a.example/hook', 'a.example:443', "
            "'render.completed', '{}', 'delivered', 1, created_at, created_at FROM job WHERE kind = 'render' "
            "AND status = 'completed'"
        ),
        (
            "INSERT INTO label (subject_id, name, value, account_id, kind, created_at) SELECT id, 'order', "
            "CASE WHEN attempts = 0 THEN '8' ELSE '7' END, account_id, 'render', created_at FROM job "
            "WHERE kind = 'render'"
        ),
        (
            "INSERT INTO label (subject_id, name, value, account_id, kind, created_at) SELECT id, 'shop', 'north', "
            "account_id, 'render', created_at FROM job WHERE kind = 'render' AND status = 'completed'"
        ),
        (
            "INSERT INTO batch (id, account_id, name, template_id, rows, created_at) SELECT id, account_id, name, "
            f"subject_id, '[]', created_at FROM job WHERE kind = 'render' AND account_id = {tenant('0')}"
        ),
        (
            "UPDATE job SET status = 'processing', lease_owner = 'elsewhere:1:1', attempts = 1, "
            f"lease_until = {now + 3_600_000} WHERE id IN (SELECT id FROM job WHERE status = 'pending' "
            f"AND account_id <> {tenant('0')} ORDER BY created_at LIMIT {min(LEASED, scale.tenants // 10)})"
        ),
    ]


def fill_sqlite(path: Any, scale: Scale) -> None:
    import sqlite3

    from velocity_web.database.migrations import migrate_sqlite

    migrate_sqlite(path)
    connection = sqlite3.connect(path)
    with connection:
        for sql in statements(scale):
            connection.execute(sql)
    connection.close()


def fill_postgres(url: str, scale: Scale) -> None:
    import psycopg2

    from velocity_web.database.migrations import migrate_postgres

    migrate_postgres(url)
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        for sql in statements(scale):
            cursor.execute(sql)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
