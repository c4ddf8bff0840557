"""Sound as installed: chosen by name, conforming, and as it was mixed."""

from __future__ import annotations

import json
import threading
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
from clear_template import clear_template
from media_support import decoded_sound, make_sound, tone

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.encoder_config import RateControl
from velocity_engine.plugin_types import Codec
from velocity_engine.testing import check_codec
from velocity_sound.codecs import Aac, Flac, Mp3, Wav

CODECS: tuple[Codec, ...] = (Wav(), Flac(), Mp3(), Aac())
NAMES = {"a.wav": "wav", "a.flac": "flac", "a.mp3": "mp3", "a.m4a": "aac", "a.aac": "aac"}
RATE = 48_000


def test_they_are_installed_as_a_third_partys_plugin() -> None:
    report = next(report for report in plugins.installed() if report.name == "sound")
    assert (report.distribution, report.error) == ("velocity-sound", None)
    assert report.provides == ("codec wav", "codec flac", "codec mp3", "codec aac")


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.key)
def test_they_conform(codec: Codec) -> None:
    check_codec(codec, ve.EncoderConfig(codec=codec.key))


@pytest.mark.parametrize("name", NAMES)
def test_it_is_what_was_mixed_and_nothing_is_drawn(tmp_path: Path, name: str) -> None:
    voice = make_sound(tmp_path / "voice.wav", tone(1))
    with clear_template(tmp_path, 25) as template:
        result = ve.render(template, tmp_path / name, audio=voice, encoder=ve.EncoderConfig(audio_bitrate="256k"))
        assert (result.frames, result.tiles, result.video_seconds) == (0, 0, 1.0)
        ve.render(template, tmp_path / "reference.wav", audio=voice)
    mixed, rate = soundfile.read(tmp_path / "reference.wav", dtype="float32")
    assert rate == RATE and mixed.shape == (RATE, 2) and np.abs(mixed).max() > 0.1
    if name.endswith((".wav", ".flac")):
        found, _ = soundfile.read(tmp_path / name, dtype="float32")
        np.testing.assert_array_equal(found, mixed)
    else:
        found = decoded_sound(tmp_path / name)
        assert abs(found.shape[-1] - RATE) < 0.1 * RATE
        middle = slice(RATE // 4, RATE // 2)
        assert np.sqrt((found[..., middle] ** 2).mean()) == pytest.approx(
            np.sqrt((mixed[middle] ** 2).mean()), rel=0.05
        )


@pytest.mark.parametrize("name", NAMES)
def test_the_bytes_do_not_depend_on_who_renders(tmp_path: Path, name: str) -> None:
    voice = make_sound(tmp_path / "voice.wav", tone(1))
    with clear_template(tmp_path, 25) as template:
        ve.render(template, tmp_path / f"one-{name}", audio=voice)
        ve.render(template, tmp_path / f"two-{name}", audio=voice, executor="processes")
    assert (tmp_path / f"one-{name}").read_bytes() == (tmp_path / f"two-{name}").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_silence_is_refused_before_any_work(tmp_path: Path, name: str) -> None:
    told: list[ve.Progress] = []
    with clear_template(tmp_path, 5) as template:
        with pytest.raises(ve.NoSoundError, match="takes sound alone, and there is none") as refused:
            ve.render(template, tmp_path / name, poster=tmp_path / "a.png", progress=told.append)
        [checked] = template.check(ve.resolve_encoder(ve.EncoderConfig(), name))
    assert refused.value.place.field == checked.place.field == "codec"
    assert str(checked) == str(refused.value) and "output" not in str(checked)
    assert not told
    assert [path.name for path in tmp_path.iterdir()] == ["template"]


def test_a_check_knows_the_sound_that_comes_with_a_request(tmp_path: Path) -> None:
    voice = make_sound(tmp_path / "voice.wav", tone(1))
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    encoder = ve.EncoderConfig(codec="wav")
    with clear_template(tmp_path, 5) as template:
        assert template.check(encoder, audio=voice) == []
        assert template.check(encoder, audio=voice.read_bytes()) == []
        [problem] = template.check(encoder, audio=tmp_path / "broken.wav")
        assert isinstance(problem, ve.MediaError)
        assert template.check(ve.EncoderConfig()) == []


def test_only_the_frames_that_are_rendered_must_have_sound(tmp_path: Path) -> None:
    """The sound of this template is heard in its second second."""
    make_sound(tmp_path / "voice.wav", tone(1))
    sound = {"ty": 6, "nm": "Voice", "refId": "voice", "ip": 25, "op": 50, "st": 25, "ks": {}, "ind": 1}
    asset = {"id": "voice", "u": "", "p": "voice.wav", "e": 0}
    document = {"v": "5.7.0", "fr": 25, "ip": 0, "op": 50, "w": 64, "h": 64, "layers": [sound], "assets": [asset]}
    (tmp_path / "data.json").write_text(json.dumps(document))
    encoder = ve.EncoderConfig(codec="wav")
    with ve.open_template(tmp_path) as template:
        assert template.check(encoder) == template.check(encoder, frames=(20, 50)) == []
        assert [one.place.field for one in template.check(encoder, frames=(0, 20))] == ["codec"]
        hidden = [{"layer": "Voice", "visible": False}]
        assert [one.place.field for one in template.check(encoder, hidden)] == ["codec"]
        assert [one.place.field for one in template.customized(hidden).check(encoder)] == ["codec"]


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_cancelled_while_the_sound_is_written(tmp_path: Path, name: str) -> None:
    voice, stop = make_sound(tmp_path / "voice.wav", tone(1)), threading.Event()

    def told(now: ve.Progress) -> None:
        if now.stage == "finishing":
            stop.set()

    with clear_template(tmp_path, 25) as template, pytest.raises(ve.RenderCancelled):
        ve.render(template, tmp_path / name, audio=voice, progress=told, cancelled=stop)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["template", "voice.wav"]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_no_sound_is_found(tmp_path: Path, name: str) -> None:
    encoder = ve.resolve_encoder(ve.EncoderConfig(), name)
    assert encoder.codec == NAMES[name]
    codec = next(codec for codec in CODECS if codec.key == encoder.codec)
    (tmp_path / name).write_bytes(b"nothing that sounds" * 100)
    with pytest.raises(ve.MediaError, match="read back"):
        codec.length(str(tmp_path / name), ve.container_of(encoder))  # type: ignore[attr-defined]


def test_what_cannot_be_is_refused() -> None:
    for codec, config, field in (
        (Wav(), ve.EncoderConfig(gop=5), "gop"),
        (Flac(), ve.EncoderConfig(profile=5), "profile"),
        (Aac(), ve.EncoderConfig(rate_control=RateControl.CBR, bitrate="72k"), "rate_control"),
        (Mp3(), ve.EncoderConfig(audio_bitrate="400k"), "audio_bitrate"),
    ):
        assert [error.place.field for error in codec.problems(config, 64, 64, Fraction(25))] == [field]
