"""What a worker ends between two reads of one answer: nobody is told that it is complete and shown what is not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from velocity_web.accounts.auth import Caller
from velocity_web.database.entities import Audio, Job, Render, Template, writing
from velocity_web.failures import NotFound
from velocity_web.services.audio import audio_detail
from velocity_web.services.renders import render_status
from velocity_web.services.templates import template_detail

CALLER = Caller("account", "somebody")
LISTS: dict[str, object] = {key: [] for key in ("fonts", "markers", "assets", "layers", "findings")}
ANALYSIS = {"width": 8, "height": 6, "frame_rate": 25.0, "frame_count": 5, "duration": 0.2, "span": [0, 5], **LISTS}


@pytest.fixture(scope="module")
def database(own_database: Path) -> Path:
    """A database with a render, a template and a sound, of which a worker has one each under way."""
    common = {"account_id": "account", "name": "one", "created_at": 1}
    file = {"file": "f", "size_bytes": 1, "sha256": "s"}
    with writing():
        for kind in ("render", "template", "audio"):
            Job(id=kind, kind=kind, subject_id=kind, status="processing", **common)
        Render(id="render", template_id="template", template_name="one", request="{}", **common)
        Template(id="template", file_name="one.zip", **file, **common)
        Audio(id="audio", group_id="group", format="wav", **file, **common)
    return own_database


@pytest.fixture
def ending(database: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has a statement run, with the end of its job, right after the first entity of the next answer was read."""
    statements: list[str] = []

    def end() -> None:
        with sqlite3.connect(database) as connection:
            for statement in statements:
                connection.execute(statement)
        statements.clear()

    def watched(entity: Any) -> None:
        get = entity.get

        def got(*arguments: Any, **named: Any) -> Any:
            found = get(*arguments, **named)
            if statements:
                end()
            return found

        monkeypatch.setattr(entity, "get", got)

    for entity in (Job, Render, Template, Audio):
        watched(entity)

    def prepare(*given: str) -> None:
        kind = given[0].split()[1]
        statements.extend([*given, f"UPDATE job SET status = 'completed', completed_at = 2 WHERE id = '{kind}'"])

    return prepare


def test_of_a_render(ending: Callable[..., None]) -> None:
    ending(
        "UPDATE render SET size_bytes = 7, frames_total = 5, frames_done = 5",
        "INSERT INTO poster (render_id, account_id, file, size_bytes, sha256) "
        "VALUES ('render', 'account', 'p', 1, 's')",
    )
    for _ in range(2):
        told = render_status(CALLER, "render")
        whole = told.size_bytes == 7 and told.poster_download_url is not None
        assert told.status == ("completed" if whole else "processing")
        assert told.status == "completed" or told.poster_download_url is None
    assert told.status == "completed"


def test_of_a_template(ending: Callable[..., None]) -> None:
    ending(f"UPDATE template SET analysis = '{json.dumps(ANALYSIS)}'")
    with pytest.raises(NotFound, match="is not completed"):
        template_detail(CALLER, "template")
    assert template_detail(CALLER, "template").frame_count == 5


def test_of_a_sound(ending: Callable[..., None]) -> None:
    ending("UPDATE audio SET seconds = 2.5")
    with pytest.raises(NotFound, match="is not completed"):
        audio_detail(CALLER, "audio")
    assert audio_detail(CALLER, "audio").duration == 2.5
