"""ProRes as installed: conforming, and with the alpha of the stills."""

from __future__ import annotations

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
from velocity_engine.testing import check_codec
from velocity_prores.codec import PROFILES, ProRes

TAGS = ("apco", "apcs", "apcn", "apch", "ap4h", "ap4x")


def samples(frame: av.VideoFrame, number: int) -> np.ndarray:
    found: Any = frame.planes[number]
    rows = np.frombuffer(found, np.uint16).reshape(-1, found.line_size // 2)
    return rows[: found.height, : found.width].astype(float)


def test_it_is_installed_as_a_third_partys_plugin() -> None:
    report = next(report for report in plugins.installed() if report.name == "prores")
    assert (report.distribution, report.error, report.provides) == ("velocity-prores", None, ("codec prores",))


def test_it_conforms() -> None:
    check_codec(ProRes(), ve.EncoderConfig(codec="prores"), ve.EncoderConfig(codec="prores", profile=2))


@pytest.mark.parametrize("profile", range(len(PROFILES)))
def test_each_profile_is_a_stream_of_its_kind(tmp_path: Path, profile: int) -> None:
    with clear_template(tmp_path, frames=2) as template:
        ve.render(template, tmp_path / "a.mov", encoder=ve.EncoderConfig(codec="prores", profile=profile))
    with av.open(str(tmp_path / "a.mov")) as file:
        context = file.streams.video[0].codec_context
        assert (context.codec_tag, context.name) == (TAGS[profile], "prores")
        frame = next(file.decode(video=0))
        assert frame.format.name.startswith("yuva444p" if profile >= 4 else "yuv422p10")
        assert (frame.color_range, frame.colorspace) == (1, 1)


def test_alpha_is_that_of_the_stills(tmp_path: Path) -> None:
    with clear_template(tmp_path, frames=20) as template:
        ve.render(template, tmp_path / "a.mov", encoder=ve.EncoderConfig(codec="prores", segment_seconds=0.4))
        with av.open(str(tmp_path / "a.mov")) as file:
            frames = list(file.decode(video=0))
        assert len(frames) == 20
        for number, frame in enumerate(frames):
            top = (1 << frame.format.components[3].bits) - 1
            alpha = samples(frame, 3) * 255 / top
            assert np.abs(alpha - ve.render_still(template, number)[..., 3]).max() <= 1


def test_colours_are_straight(tmp_path: Path) -> None:
    with clear_template(tmp_path, frames=5) as template:
        ve.render(template, tmp_path / "a.mov", encoder=ve.EncoderConfig(codec="prores"))
        with av.open(str(tmp_path / "a.mov")) as file:
            frame = list(file.decode(video=0))[2]
        still = ve.render_still(template, 2)
    inside = still[..., 3] == still[..., 3].max()
    expected = 16 + 219 / 255 * (still[..., :3] @ np.array([0.2126, 0.7152, 0.0722]))
    luma = samples(frame, 0) / (1 << (frame.format.components[0].bits - 8))
    assert np.abs(luma - expected)[inside].mean() < 1


def test_the_name_alone_stays_with_h264_and_sound_is_pcm(tmp_path: Path) -> None:
    sound = make_sound(tmp_path / "a.wav", tone(1))
    with clear_template(tmp_path, frames=25) as template:
        ve.render(template, tmp_path / "a.mov", audio=sound)
        ve.render(template, tmp_path / "b.mov", audio=sound, encoder=ve.EncoderConfig(codec="prores"))
        with pytest.raises(ve.EncoderConfigError, match=r"codec prores does not write \.mp4.*\.mov.*h264"):
            ve.render(template, tmp_path / "b.mp4", encoder=ve.EncoderConfig(codec="prores"))
    for name, codec, kind in (("a.mov", "h264", "aac"), ("b.mov", "prores", "pcm_s24le")):
        with av.open(str(tmp_path / name)) as file:
            assert file.streams.video[0].codec_context.name == codec
            assert file.streams.audio[0].codec_context.name == kind


def test_what_cannot_be_is_refused() -> None:
    for config, field in (
        (ve.EncoderConfig(profile=6), "profile"),
        (ve.EncoderConfig(level=1), "level"),
        (ve.EncoderConfig(rate_control=RateControl.CBR, bitrate="80k"), "rate_control"),
        (ve.EncoderConfig(rate_control=RateControl.CQP, qp=10), "qp"),
        (ve.EncoderConfig(gop=2), "gop"),
    ):
        assert [error.place.field for error in ProRes().problems(config, 64, 64, Fraction(25))] == [field]
