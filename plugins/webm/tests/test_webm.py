"""WebM as installed: chosen by name, conforming, and with the alpha of the stills."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from clear_template import clear_template
from media_support import make_sound, tone

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.encoder_config import RateControl
from velocity_engine.plugin_types import Codec
from velocity_engine.testing import check_codec
from velocity_webm.codecs import Vp8, Vp9

CODECS: dict[str, tuple[Codec, str, int]] = {"vp9": (Vp9(), "libvpx-vp9", 0), "vp8": (Vp8(), "libvpx", 4)}


def decoded(path: Path, decoder: str) -> Iterator[av.VideoFrame]:
    """Frames with alpha, which FFmpeg's own decoders of VP8 and VP9 leave out."""
    with av.open(str(path)) as file:
        made: Any = av.CodecContext.create(decoder, "r")
        for packet in file.demux(video=0):
            yield from made.decode(packet if packet.size else None)


def plane(frame: av.VideoFrame, number: int) -> np.ndarray:
    found: Any = frame.planes[number]
    return np.frombuffer(found, np.uint8).reshape(-1, found.line_size)[: found.height, : found.width].astype(int)


def test_they_are_installed_as_a_third_partys_plugin() -> None:
    report = next(report for report in plugins.installed() if report.name == "webm")
    assert (report.distribution, report.error) == ("velocity-webm", None)
    assert report.provides == ("codec vp9", "codec vp8")


@pytest.mark.parametrize("key", CODECS)
def test_they_conform(key: str) -> None:
    codec = CODECS[key][0]
    settings = [
        ve.EncoderConfig(codec=key),
        ve.EncoderConfig(codec=key, bitrate="320k", preset=5),
        ve.EncoderConfig(codec=key, bitrate="320k", rate_control=RateControl.CBR),
        ve.EncoderConfig(codec=key, rate_control=RateControl.CQP, qp=20, gop=5),
    ]
    check_codec(codec, *settings)


@pytest.mark.parametrize("key", CODECS)
def test_alpha_is_that_of_the_stills(tmp_path: Path, key: str) -> None:
    _, decoder, tolerance = CODECS[key]
    with clear_template(tmp_path, frames=20) as template:
        ve.render(template, tmp_path / "a.webm", encoder=ve.EncoderConfig(codec=key, segment_seconds=0.4))
        frames = list(decoded(tmp_path / "a.webm", decoder))
        assert len(frames) == 20
        for number, frame in enumerate(frames):
            assert frame.format.name == "yuva420p"
            still = ve.render_still(template, number)
            assert 0 < np.count_nonzero(still[..., 3]) < still[..., 3].size
            assert np.abs(plane(frame, 3) - still[..., 3]).max() <= tolerance


def test_colours_are_those_of_the_stills(tmp_path: Path) -> None:
    with clear_template(tmp_path, frames=5) as template:
        encoder = ve.EncoderConfig(rate_control=RateControl.CQP, qp=4)
        ve.render(template, tmp_path / "a.webm", encoder=encoder)
        frame = list(decoded(tmp_path / "a.webm", "libvpx-vp9"))[4]
        still = ve.render_still(template, 4)
    solid = still[..., 3] > 0
    luma = 16 + 219 / 255 * (still[..., :3] @ np.array([0.2126, 0.7152, 0.0722]))
    assert np.abs(plane(frame, 0) - luma)[solid].mean() < 1.5


def test_the_name_chooses_the_codec_and_sound_is_opus(tmp_path: Path) -> None:
    sound = make_sound(tmp_path / "a.wav", tone(1))
    with clear_template(tmp_path, frames=25) as template:
        result = ve.render(template, tmp_path / "a.webm", audio=sound)
    assert result.frames == 25
    with av.open(str(tmp_path / "a.webm")) as file:
        assert file.streams.video[0].codec_context.name == "vp9"
        assert file.streams.video[0].metadata["alpha_mode".upper()] == "1"
        assert file.streams.audio[0].codec_context.name == "opus"
        assert file.duration == pytest.approx(1_000_000, abs=30_000)


@pytest.mark.parametrize("executor", ["local", "processes"])
def test_the_bytes_do_not_depend_on_who_renders(tmp_path: Path, executor: str) -> None:
    encoder = ve.EncoderConfig(segment_seconds=0.4)
    with clear_template(tmp_path, frames=25) as template:
        ve.render(template, tmp_path / "a.webm", encoder=encoder)
        ve.render(template, tmp_path / "b.webm", encoder=encoder, executor=executor)
    assert (tmp_path / "a.webm").read_bytes() == (tmp_path / "b.webm").read_bytes()


def test_what_cannot_be_is_refused() -> None:
    for config, field in (
        (ve.EncoderConfig(codec="vp9", profile=2), "profile"),
        (ve.EncoderConfig(codec="vp9", level=41), "level"),
        (ve.EncoderConfig(codec="vp9", gop=10, idr=20), "idr"),
    ):
        assert [error.place.field for error in Vp9().problems(config, 64, 64, Fraction(25))] == [field]


def test_an_open_file_gets_what_the_codec_writes(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with clear_template(tmp_path, frames=2) as template:
        ve.render(template, stream, encoder=ve.EncoderConfig(codec="vp9"))
        ve.render(template, tmp_path / "a.webm", encoder=ve.EncoderConfig(codec="vp9"))
    assert stream.getvalue() == (tmp_path / "a.webm").read_bytes()
