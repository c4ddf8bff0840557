"""Which codec and container an output's name chooses, and what is said where none takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clear_template import clear_template

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.plugin_types import MP4, Container
from velocity_engine.plugins import outputs
from velocity_engine.plugins.outputs import _name_of, container_of, may_be_the_same, numbered, resolve_encoder


class Painted:
    """A codec of a plugin, by its number and two kinds of files."""

    key = "painted"
    number = 9
    title = "Painted"
    pixel_formats = ("rgba",)
    containers = (
        Container(key="paint", endings=(".paint", ".pt"), mime_type="image/x-paint"),
        Container(key="paints", endings=(".paint",), mime_type="image/x-paint", numbered=True),
        MP4,
    )
    keeps_alpha = True
    odd_sizes = True


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in codecs and that one, whatever else is installed."""
    built_in = {key: plugins.codec(key) for key in ("av1", "h264", "h265")}
    painted: Any = Painted()
    monkeypatch.setattr(outputs, "codecs", lambda: {**built_in, "painted": painted})
    monkeypatch.setattr(outputs, "codecs_by_precedence", lambda: [painted, *built_in.values()])
    monkeypatch.setattr(outputs, "codec_by_number", lambda number: painted if number == 9 else None)


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("a.mp4", "h264", "mp4"),
        ("A.MP4", "h264", "mp4"),
        ("folder.mov/a.avi", "h264", "avi"),
        ("s3://bucket/b.c/a.mov", "h264", "mov"),
        ("a.paint", "painted", "paint"),
        ("a.pt", "painted", "paint"),
        ("a-%05d.paint", "painted", "paints"),
        ("a.webm", "av1", "webm"),
        ("%d/a.paint", "painted", "paint"),
        ("a", "h264", "mp4"),
        (None, "h264", "mp4"),
    ],
)
def test_the_name_chooses(name: str | None, codec: str, container: str) -> None:
    chosen = resolve_encoder(ve.EncoderConfig(bitrate="40k"), name)
    assert (chosen.codec, chosen.container, chosen.bitrate) == (codec, container, 5000)
    assert resolve_encoder(chosen, name) == chosen


@pytest.mark.parametrize(
    ("given", "name", "codec", "container"),
    [
        ({"codec": "h265"}, "a.mov", "h265", "mov"),
        ({"codec": "av1"}, None, "av1", "mp4"),
        ({"codec": 1}, "a.mov", "h265", "mov"),
        ({"codec": 9}, "a.mp4", "painted", "mp4"),
        ({"codec": "painted"}, None, "painted", "paint"),
        ({"container": "avi"}, "a.part", "h264", "avi"),
        ({"container": "paint"}, None, "painted", "paint"),
        ({"container": "webm"}, None, "av1", "webm"),
        ({"codec": "painted", "container": "paints"}, "%04d.part", "painted", "paints"),
    ],
)
def test_what_is_given_stays(given: dict[str, Any], name: str | None, codec: str, container: str) -> None:
    chosen = resolve_encoder(ve.EncoderConfig(**given), name)
    assert (chosen.codec, chosen.container) == (codec, container)
    assert container_of(chosen).key == container


@pytest.mark.parametrize(
    ("given", "name", "message"),
    [
        ({}, "a.mkv", r"no installed codec writes \.mkv.*Installed codecs write \.mp4, .*\.paint, .*%05d\.paint"),
        ({}, "a.gif", r"velocity-pictures adds \.gif: pip install \./plugins/pictures in a copy"),
        ({}, "%05d.png", r"no installed codec writes %05d\.png.*velocity-pictures"),
        ({}, "%05d.mp4", r"no installed codec writes %05d\.mp4"),
        ({"codec": "h265"}, "a.avi", r"codec h265 does not write \.avi.*\.mp4 or \.m4v or \.mov.*codec h264 or av1"),
        ({"codec": "h264"}, "a.webm", r"codec h264 does not write \.webm.*or codec av1"),
        ({"codec": "painted", "container": "paints"}, "a.paint", r"one file for each frame.*frame-%05d\.paint"),
        ({"codec": "painted", "container": "paint"}, "%d.paint", r"is one file.*video\.paint"),
    ],
)  # fmt: skip
def test_a_name_that_nothing_writes_is_refused(given: dict[str, Any], name: str, message: str) -> None:
    with pytest.raises(ve.EncoderConfigError, match=message) as refused:
        resolve_encoder(ve.EncoderConfig(**given), name)
    assert refused.value.place.field == "output"


@pytest.mark.parametrize("given", [{"codec": "nothing"}, {"codec": 77}, {"codec": "h264", "container": "nothing"}])
def test_what_is_unknown_is_left_to_the_checks(given: dict[str, Any], tmp_path: Path) -> None:
    encoder = ve.EncoderConfig(**given)
    assert resolve_encoder(encoder, "a.mp4").codec_name == encoder.codec_name
    with clear_template(tmp_path, 5) as template:
        assert [error.place.field for error in template.check(encoder)] == [list(given)[-1]]


def test_nothing_is_written_where_the_name_is_refused(tmp_path: Path) -> None:
    with clear_template(tmp_path, 5) as template, pytest.raises(ve.EncoderConfigError):
        ve.render(template, tmp_path / "a.mkv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["template"]


def test_numbers_stand_in_the_last_part() -> None:
    names = ("frames/%05d.png", "a%d", "%05d/a.png", "100%done.png")
    assert [_name_of(name)[1] for name in names] == [True, True, False, False]
    assert numbered("s3://b/%d/f-%03d.png", 7) == "s3://b/%d/f-007.png"


@pytest.mark.parametrize(
    ("name", "output", "same"),
    [
        ("a.png", "a.png", True),
        ("a.png", f"{Path.cwd()}/a.png", True),
        (f"file://{Path.cwd()}/out/k.png", "out/k.png", True),
        ("out/s1.png", "out/s%d.png", True),
        ("out/s00001.png", "out/s%05d.png", True),
        ("memory://b/s1.png", "memory://b/s%d.png", True),
        ("a.jpg", "a.png", False),
        ("out/s.png", "out/s%d.png", False),
        ("memory://b/a.png", "memory://c/a.png", False),
    ],
)
def test_a_name_that_is_the_outputs_or_one_of_its_files(name: str, output: str, same: bool) -> None:
    assert may_be_the_same(name, output) is same


def test_a_name_that_says_another_kind_of_file_than_the_container_is_refused() -> None:
    with pytest.raises(ve.EncoderConfigError, match=r"ends with \.gif, and container 'mp4' is another kind") as error:
        ve.resolve_encoder(ve.EncoderConfig(container="mp4"), "a.gif")
    assert error.value.place.field == "output"
    assert ve.resolve_encoder(ve.EncoderConfig(container="mp4"), "a.part").container == "mp4"
    assert ve.resolve_encoder(ve.EncoderConfig(container="mp4"), "A.MP4").container == "mp4"
