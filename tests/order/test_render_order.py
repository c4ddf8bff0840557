"""A render order: one value, the same as text and back, named by its content."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import velocity_engine as ve
from velocity_engine.order import content_sha256

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.zip"
SMALL = ve.EncoderConfig(resolution=(320, 180), bitrate="480k")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8), st.lists, max_leaves=6
)


def order(**changes: Any) -> ve.RenderOrder:
    made = ve.RenderOrder(template=ve.FileReference("a.zip", "0" * 64), output="a.mp4")
    return replace(made, **changes)


@given(
    st.builds(
        ve.EncoderConfig,
        bitrate=st.none() | st.integers(1, 10**9).map(ve.BytesPerSecond),
        audio_bitrate=st.integers(1, 10**9).map(ve.BitsPerSecond),
        codec=st.sampled_from([0, 1, "h264", "av1"]),
        resolution=st.none() | st.tuples(st.integers(2, 4000), st.integers(2, 4000)),
        rate_control=st.sampled_from(list(ve.RateControl)),
    ),
    st.lists(st.dictionaries(st.text(max_size=5), JSON, max_size=3), max_size=3),
    st.none() | st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)),
)
def test_it_is_the_same_after_json(encoder: ve.EncoderConfig, entries: list[dict[str, object]], frames: object) -> None:
    made = order(encoder=encoder, customizations=tuple(entries), frames=frames)
    read = ve.RenderOrder.from_json(made.to_json())
    assert read == made and hash(read) == hash(made) and read.digest == made.digest
    assert read.to_json() == made.to_json() and read.encoder == encoder


def test_its_digest_is_of_contents_and_not_of_where_they_lie() -> None:
    made = order(assets={"x": ve.FileReference("p.png", "1" * 64)}, soundtrack=ve.FileReference("s.wav", "2" * 64))
    elsewhere = order(
        template=ve.FileReference("/b/c.zip", "0" * 64),
        output="other.mp4",
        assets={"x": ve.FileReference("/q.png", "1" * 64)},
        soundtrack=ve.FileReference("/t.wav", "2" * 64),
    )
    assert made.digest == elsewhere.digest and made != elsewhere
    for other in (
        order(frames=(0.0, 1.0)),
        order(customizations=({"layer": "A", "text": "x"},)),
        order(encoder=SMALL),
        order(animation="two"),
        order(template=ve.FileReference("a.zip", "9" * 64)),
    ):
        assert other.digest != order().digest


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"version": 1}', '{"version": 1, "template": 3}'])
def test_what_is_no_order_is_refused(text: str) -> None:
    with pytest.raises(ve.OrderError, match="not a render order"):
        ve.RenderOrder.from_json(text)


def test_an_order_of_another_version_is_refused() -> None:
    values = json.loads(order().to_json()) | {"version": 99}
    with pytest.raises(ve.OrderError, match="version 99"):
        ve.RenderOrder.from_json(json.dumps(values))


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ve.CustomizationError, match="JSON"):
        order(customizations=({"layer": object()},)).to_json()


def test_an_order_gives_the_bytes_that_render_gives(tmp_path: Path) -> None:
    changes = [{"layer": "Headline", "text": "Order"}, {"layer": "Photo", "image": {"assetId": "p"}}]
    files = {"p": ROOT / "examples" / "replacement.jpg"}
    with ve.open_template(DEMO) as template:
        asked: dict[str, Any] = {"encoder": SMALL, "customizations": changes, "assets": files, "frames": (10, 30)}
        ve.render(template, tmp_path / "one.mp4", **asked)
        made = ve.order_for(template, tmp_path / "two.mp4", **asked)
    result = ve.render_order(ve.RenderOrder.from_json(made.to_json()))
    assert result.frames == 20
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_template_that_changed_is_refused(tmp_path: Path) -> None:
    copy = shutil.copy(DEMO, tmp_path / "copy.zip")
    with ve.open_template(copy) as template:
        made = ve.order_for(template, tmp_path / "out.mp4")
    with open(copy, "ab") as file:
        file.write(b" ")
    with pytest.raises(ve.OrderError, match="not the one that was ordered"):
        ve.render_order(made)
    assert not (tmp_path / "out.mp4").exists()


def test_a_folder_is_named_by_its_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "images").mkdir(parents=True)
        (tmp_path / name / "images" / "a.txt").write_text("a")
    assert content_sha256(tmp_path / "one") == content_sha256(tmp_path / "two")
    (tmp_path / "two" / "images" / "a.txt").rename(tmp_path / "two" / "images" / "b.txt")
    assert content_sha256(tmp_path / "one") != content_sha256(tmp_path / "two")
    assert content_sha256(DEMO) == hashlib.sha256(DEMO.read_bytes()).hexdigest()
    with pytest.raises(ve.StorageError, match=r"missing\.zip cannot be read"):
        content_sha256(tmp_path / "missing.zip")
