"""How much of a render is in a cache, before it is rendered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve

ENCODER = ve.EncoderConfig(preset=5, gop=30, segment_seconds=1)


@pytest.fixture
def template(tmp_path: Path) -> Path:
    def solid(name: str, start: int, color: str) -> dict[str, Any]:
        own = {"ip": start, "op": 90, "st": 0, "sc": color, "sw": 64, "sh": 64}
        return {"ty": 1, "nm": name, "ks": {}, **own}

    layers = [solid("Card", 60, "#ff0000"), solid("Ground", 0, "#0000ff")]
    raw = {"fr": 30, "ip": 0, "op": 90, "w": 64, "h": 64, "layers": layers}
    file = tmp_path / "data.json"
    file.write_text(json.dumps(raw))
    return file


def test_what_was_rendered_is_cached(template: Path, tmp_path: Path) -> None:
    cache = ve.RenderCache(tmp_path / "cache")
    with ve.open_template(template) as opened:
        assert ve.cached_frames(opened, cache, encoder=ENCODER) == 0
        ve.render(opened, tmp_path / "a.mp4", encoder=ENCODER, cache=cache)
        assert ve.cached_frames(opened, cache, encoder=ENCODER) == 90
        assert ve.cached_frames(opened, tmp_path / "cache", encoder=ENCODER, frames=(30, 90)) == 60
        other = [{"layer": "Card", "color": "#00ff00"}]
        assert ve.cached_frames(opened, cache, encoder=ENCODER, customizations=other) == 60
        assert ve.cached_frames(opened, cache, encoder=ve.EncoderConfig(preset=4)) == 0
        with opened.customized(other) as changed:
            assert ve.cached_frames(changed, cache, encoder=ENCODER) == 60


def test_a_damaged_segment_is_not_cached(template: Path, tmp_path: Path) -> None:
    cache = ve.RenderCache(tmp_path / "cache")
    with ve.open_template(template) as opened:
        ve.render(opened, tmp_path / "a.mp4", encoder=ENCODER, cache=cache)
        [first, *_rest] = sorted((tmp_path / "cache" / "segments").glob("*/*/*"))
        first.write_bytes(first.read_bytes()[:-1])
        assert ve.cached_frames(opened, cache, encoder=ENCODER) < 90


def test_what_it_is_given_is_checked(template: Path) -> None:
    with ve.open_template(template) as opened:
        with pytest.raises(ve.WrongTypeError, match="cache"):
            ve.cached_frames(opened, None)  # type: ignore[arg-type]
        with pytest.raises(ve.CustomizationError, match="there is no layer 'Nobody'"):
            ve.cached_frames(opened, "cache", customizations=[{"layer": "Nobody", "text": "x"}])
