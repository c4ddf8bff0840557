"""How both databases answer the questions that are asked all the time: through an index, whatever there is in them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from web.support_hot_calls import __file__ as program
from web.support_postgres import Postgres, binary
from web.support_scale import Scale, fill_postgres, fill_sqlite
from web.support_service import PATIENCE

SCALE = Scale(tenants=300, renders=30_000)
BIG = ("job", "api_key", "render", "webhook_delivery", "template", "poster", "label", "batch")
"""Tables that grow without end."""
SHORT = {
    "job_leased",
    "job_oldest",
    "webhook_delivery_claimed",
    "webhook_delivery_next",
    "batch_queueing",
    "job_of_batch",
}
"""Indexes of what is under way or waits, which may be gone through."""
ORDERED = {"render_foretold"}
"""Indexes that are gone through from their end, for the first so many."""
SCAN = re.compile(r"SCAN (?P<table>\w+)(?: USING (?:COVERING )?INDEX (?P<index>\w+))?")


def plans(data: Path, url: str) -> dict[str, list[tuple[str, list[str]]]]:
    command = [sys.executable, program, str(data), url, str(SCALE.tenants)]
    root = Path(__file__).parents[2]
    environment = {"PYTHONPATH": f"{root}:{root / 'tests'}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, list[tuple[str, list[str]]]] = json.loads(done.stdout)
    return found


def read_whole(sql: str, steps: list[str]) -> list[str]:
    """The steps that read a big table from end to end."""
    names = {alias: table for table, alias in re.findall(r"\b(?:FROM|JOIN|UPDATE) (\w+) \"?(\w+)\"?", sql)}
    names |= {alias: table for table, alias in re.findall(r"\b(?:FROM|JOIN) \"(\w+)\" \"(\w+)\"", sql)}
    found = []
    for step in steps:
        seen = SCAN.match(step)
        if seen is None:
            continue
        table, index = names.get(seen["table"], seen["table"]), seen["index"]
        is_ordered = index in ORDERED and "LIMIT" in sql
        if (table in BIG or seen["table"] in BIG) and index not in SHORT and not is_ordered:
            found.append(step)
    return found


def require_indexes(answered: dict[str, list[tuple[str, list[str]]]]) -> None:
    """Calls in brackets read much of what one tenant has, so that the whole table may be the shorter way."""
    assert sum(len(asked) for asked in answered.values()) > 40
    faults = {
        f"{call}: {sql}": whole
        for call, asked in answered.items()
        if not call.startswith("(")
        for sql, steps in asked
        if (whole := read_whole(sql, steps))
    }
    assert not faults
    of_template = [step for _sql, steps in answered["what renders of a template took"] for step in steps]
    assert any("render_past" in step for step in of_template), "however long ago the template was used"
    sent = [step for _sql, steps in answered["webhooks to send"] for step in steps]
    assert not any("webhook_delivery_states" in step for step in sent), "that index has all that were ever delivered"


def test_what_reads_a_table_from_end_to_end_is_noticed() -> None:
    sql = "SELECT x.id FROM job x JOIN account ON TRUE WHERE x.name = 'a'"
    assert read_whole(sql, ["SCAN x", "SCAN account"]) == ["SCAN x"]
    assert read_whole(sql, ["SCAN x USING COVERING INDEX job_subject"]) == ["SCAN x USING COVERING INDEX job_subject"]
    assert not read_whole(sql, ["SEARCH x USING INDEX job_subject (subject_id=?)", "SCAN x USING INDEX job_leased"])


def test_sqlite_goes_through_an_index(tmp_path: Path) -> None:
    """Without statistics, since nobody runs ANALYZE."""
    fill_sqlite(tmp_path / "velocity.db", SCALE)
    require_indexes(plans(tmp_path, ""))


@pytest.mark.skipif(binary("postgres") is None, reason="PostgreSQL is not installed")
def test_postgres_goes_through_an_index(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    try:
        url = server.new_database()
        fill_postgres(url, SCALE)
        require_indexes(plans(tmp_path_factory.mktemp("data"), url))
    finally:
        server.stop()
