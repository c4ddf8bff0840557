"""What the page on files from anywhere shows is what the service takes."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from velocity_engine.network import Reach
from velocity_web.orders.destinations import FIELDS, OF_BATCHES
from velocity_web.schemas.base import RequestModel
from velocity_web.schemas.reading import unknown_fields
from velocity_web.schemas.render import RenderRequest
from velocity_web.schemas.source import ImportRequest
from velocity_web.settings import Settings
from velocity_web.storage.connections import SPECIAL

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "places.md").read_text("utf-8")
BODIES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("body", BODIES)
def test_bodies_are_taken(body: str) -> None:
    value = json.loads(body)
    model: type[RequestModel] = RenderRequest if "templateId" in value else ImportRequest
    model.model_validate(value)
    assert unknown_fields(model, value) == []


def test_connections_are_taken(tmp_path: Path) -> None:
    [text] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    settings = Settings(data=tmp_path, **tomllib.loads(text))
    assert settings.connections["media"].accounts == ["anna", "ben"] and not settings.connections["archive"].read


def test_private_hosts_are_taken() -> None:
    [hosts] = re.findall(r"VELOCITY_PRIVATE_HOSTS='(.*?)' velocity", PAGE)
    assert len(Reach.of(json.loads(hosts)).private) == 3


def test_fields_and_signs_are_told() -> None:
    for field in (*FIELDS, *OF_BATCHES):
        assert f"`{{{field}}}`" in PAGE
    assert f"none of `{' '.join(SPECIAL)}`" in PAGE
