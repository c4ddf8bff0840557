"""What templates sound like: audio layers, clips, precomps."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media_support import decoded_sound, make_clip, make_sound, tone

import velocity_engine as ve
from velocity_engine.errors import MediaError
from velocity_engine.evaluate.soundtrack import OwnSound, audio_plan
from velocity_engine.sound import playing
from velocity_engine.sound.decoding import DecodedSound, open_sound
from velocity_engine.sound.mixing import mix_audio
from velocity_engine.sound.tracks import RATE


def loudness(samples: np.ndarray) -> float:
    """The level of a sine."""
    return float(np.sqrt(2 * np.mean(samples.astype(np.float64) ** 2)))


def template(tmp_path: Path, layers: list[dict[str, Any]], assets: list[dict[str, Any]] | None = None) -> ve.Template:
    path = tmp_path / "t.zip"
    wav = make_sound(tmp_path / "beep.wav", tone(4.0))
    document = {
        "v": "5.9.0", "fr": 25, "ip": 0, "op": 100, "w": 64, "h": 64, "ddd": 0, "layers": layers,
        "assets": [{"id": "beep", "u": "audio/", "p": "beep.wav", "e": 0, "t": 3}, *(assets or [])],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.json", json.dumps(document))
        archive.write(wav, "audio/beep.wav")
    return ve.open_template(path)


def audio_layer(**more: Any) -> dict[str, Any]:
    return {"ty": 6, "nm": "Beep", "refId": "beep", "ind": 1, "ip": 0, "op": 100, "st": 0, "sr": 1, "ks": {}} | more


def levels(opened: ve.Template, seconds: int = 4, start: float = 0.0, changes: Any = None) -> list[float]:
    """The level in the middle of each second."""
    plan = opened.plan(changes)
    try:
        made = audio_plan(plan, start, Fraction(seconds))
        result = np.concatenate([*mix_audio(made), np.zeros((2, 0), np.float32)], axis=1)
        assert not plan.findings
    finally:
        plan.close()
        opened.close()
    return [round(loudness(result[:, second * RATE + 12_000 : second * RATE + 36_000]), 2) for second in range(seconds)]


def test_layers_sound_where_they_stand(tmp_path: Path) -> None:
    assert levels(template(tmp_path, [audio_layer(ip=25, op=75, st=25)])) == [0.0, 0.5, 0.5, 0.0]
    assert levels(template(tmp_path, [audio_layer(ip=25, op=75)]), start=50, seconds=2) == [0.5, 0.0]
    assert levels(template(tmp_path, [audio_layer(hd=True)])) == [0.0] * 4


@pytest.mark.parametrize(
    ("level", "expected"),
    [([100, 100], 0.5), ([50, 50], 0.25), ([0, 0], 0.5), ([-6.0206, -6.0206], 0.25), ([6, 6], 1.0)],
)
def test_levels_in_per_cent_and_decibels(tmp_path: Path, level: list[float], expected: float) -> None:
    found = levels(template(tmp_path, [audio_layer(au={"lv": {"a": 0, "k": level}})]), seconds=1)
    assert found[0] == pytest.approx(expected, abs=0.03)


def test_level_keyframes(tmp_path: Path) -> None:
    keys = [{"t": 0, "s": [0, 0], "i": {"x": 1, "y": 1}, "o": {"x": 0, "y": 0}}, {"t": 100, "s": [100, 100]}]
    found = levels(template(tmp_path, [audio_layer(au={"lv": {"a": 1, "k": keys}})]))
    assert found == pytest.approx([0.06, 0.19, 0.31, 0.44], abs=0.02)


def test_precomps_move_their_sounds(tmp_path: Path) -> None:
    inner = {"id": "comp", "layers": [audio_layer(ip=25, op=100, st=25)]}
    outer = {"ty": 0, "nm": "Comp", "refId": "comp", "w": 64, "h": 64, "ip": 0, "op": 75, "st": 25, "sr": 1, "ks": {}}
    assert levels(template(tmp_path, [outer], [inner])) == [0.0, 0.0, 0.5, 0.0]


def test_a_callers_sound_that_is_none_is_refused(tmp_path: Path) -> None:
    plan = template(tmp_path, [audio_layer()]).plan()
    broken = tmp_path / "voice.mp3"
    broken.write_bytes(b"this is no sound")
    with pytest.raises(MediaError) as caught:
        audio_plan(plan, 0, Fraction(1), OwnSound(str(broken)))
    assert caught.value.place.file == "voice.mp3"
    plan.close()


# --- bent in time -----------------------------------------------------------------------------------------------------


def remap(*keys: tuple[float, float]) -> dict[str, Any]:
    """Straight lines between (frame, second of the source)."""
    straight = {"i": {"x": [1], "y": [1]}, "o": {"x": [0], "y": [0]}}
    return {"a": 1, "k": [{"t": frame, "s": [second], **straight} for frame, second in keys]}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (((0, 0), (100, 4)), [0.5, 0.25, 0.0, 0.0]),
        (((0, 2), (50, 0), (100, 0)), [0.25, 0.5, 0.0, 0.0]),  # backwards, then it stands still
        (((0, 0), (50, 1), (100, 2)), [0.5, 0.5, 0.25, 0.25]),  # half as fast
        (((0, 1.2), (100, 1.2)), [0.0] * 4),
    ],
)
def test_a_clip_whose_time_is_remapped(
    tmp_path: Path, keys: tuple[tuple[float, float], ...], expected: list[float]
) -> None:
    found = levels(clip_template(tmp_path, clip_layer(tm=remap(*keys))))
    assert found == pytest.approx(expected, abs=0.03)


def test_a_composition_whose_time_is_remapped(tmp_path: Path) -> None:
    inner = {"id": "c", "layers": [clip_layer(st=25)]}
    outer = {"ty": 0, "nm": "Comp", "refId": "c", "w": 32, "h": 32, "ip": 0, "op": 100, "st": 0, "ks": {}}
    opened = clip_template(tmp_path, outer | {"tm": remap((0, 3), (75, 0), (100, 0))}, assets=(inner,))
    assert levels(opened) == pytest.approx([0.25, 0.5, 0.0, 0.0], abs=0.03)


def test_a_layer_that_plays_backwards(tmp_path: Path) -> None:
    assert levels(clip_template(tmp_path, clip_layer(sr=-1, st=50))) == pytest.approx([0.25, 0.5, 0.0, 0.0], abs=0.03)


def test_what_is_bent_and_too_long_is_reported(tmp_path: Path) -> None:
    plan = clip_template(tmp_path, clip_layer(tm=remap((0, 0), (100, 700)))).plan()
    assert audio_plan(plan, 0, Fraction(4)).is_silent
    assert [(found.feature, found.instead) for found in plan.findings] == [("audio.time", "the layer is silent")]
    plan.close()


# --- the caller's sound ----------------------------------------------------------------------------------------------


def heard(tmp_path: Path, mix: ve.SoundMix, seconds: int = 4, layers: Sequence[dict[str, Any]] = ()) -> np.ndarray:
    """A caller's sound of one second (level 0.5) or the template's layers, mixed."""
    music = make_sound(tmp_path / "music.wav", tone(1.0))
    opened = template(tmp_path, list(layers))
    plan = opened.plan()
    made = audio_plan(plan, 0, Fraction(seconds), OwnSound(str(music), mix))
    result = np.concatenate([*mix_audio(made), np.zeros((2, 0), np.float32)], axis=1)
    plan.close()
    opened.close()
    return result


def by_second(samples: np.ndarray) -> list[float]:
    seconds = samples.shape[1] // RATE
    return [round(loudness(samples[:, at * RATE + 12_000 : at * RATE + 36_000]), 2) for at in range(seconds)]


@pytest.mark.parametrize(
    ("mix", "expected"),
    [
        ({}, [0.5, 0.0, 0.0, 0.0]),
        ({"volume": 0.5}, [0.25, 0.0, 0.0, 0.0]),
        ({"start": 2}, [0.0, 0.0, 0.5, 0.0]),
        ({"loop": True}, [0.5] * 4),
        ({"loop": True, "start": 1, "trim": (0.25, 0.75)}, [0.0, 0.5, 0.5, 0.5]),
        ({"trim": (2, 3)}, [0.0] * 4),
        ({"start": 9}, [0.0] * 4),
    ],
)
def test_the_callers_sound_is_mixed_as_asked(tmp_path: Path, mix: dict[str, Any], expected: list[float]) -> None:
    assert by_second(heard(tmp_path, ve.SoundMix(**mix))) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("samples", [1, 3, 500])
def test_a_loop_of_a_few_samples_is_read_once(tmp_path: Path, samples: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """To read the file anew for each round would take hours."""
    opened: list[str] = []

    def noted(source: str, name: str) -> DecodedSound:
        opened.append(name)
        return open_sound(source, name)

    monkeypatch.setattr(playing, "open_sound", noted)
    music = make_sound(tmp_path / "m.wav", np.linspace(0, 0.5, RATE, dtype=np.float32)[None].repeat(2, axis=0))
    plan = template(tmp_path, []).plan()
    mix = ve.SoundMix(loop=True, trim=(0.5, 0.5 + samples / RATE))
    made = audio_plan(plan, 0, Fraction(3), OwnSound(str(music), mix))
    result = np.concatenate(list(mix_audio(made)), axis=1)
    plan.close()
    first = result[:, :samples]
    assert first[0, 0] == pytest.approx(0.25, abs=1e-3) and len(opened) <= 3
    assert np.array_equal(result, np.tile(first, -(-result.shape[1] // samples))[:, : result.shape[1]])


@pytest.mark.parametrize("seconds", [0.0001, 0.3, 10, 10.5])
def test_a_whole_sound_is_looped_without_a_gap(tmp_path: Path, seconds: float) -> None:
    samples = np.linspace(0, 0.5, round(seconds * RATE), dtype=np.float32)[None].repeat(2, axis=0)
    music = make_sound(tmp_path / "m.wav", samples)
    plan = template(tmp_path, []).plan()
    made = audio_plan(plan, 0, Fraction(22), OwnSound(str(music), ve.SoundMix(loop=True)))
    result = np.concatenate(list(mix_audio(made)), axis=1)
    plan.close()
    repeated = np.tile(result[:, : samples.shape[1]], 22 * RATE // samples.shape[1] + 1)[:, : result.shape[1]]
    assert np.array_equal(result, repeated)
    assert np.allclose(result[:, : samples.shape[1]], samples, atol=1e-3)


def test_a_start_is_exact_to_the_sample(tmp_path: Path) -> None:
    music = make_sound(tmp_path / "click.wav", np.ones((2, 100), np.float32) * 0.5)
    plan = template(tmp_path, []).plan()
    made = audio_plan(plan, 0, Fraction(2), OwnSound(str(music), ve.SoundMix(start=12_345 / RATE)))
    result = np.concatenate(list(mix_audio(made)), axis=1)
    assert np.flatnonzero(result[0]).tolist() == list(range(12_345, 12_445))
    plan.close()


def test_fades_are_straight_and_end_with_the_sound(tmp_path: Path) -> None:
    result = heard(tmp_path, ve.SoundMix(fade_in=0.5, fade_out=0.25, start=1))
    envelope = np.abs(result[0]).reshape(-1, 480).max(axis=1)  # of each hundredth of a second
    assert envelope[125] == pytest.approx(0.25, abs=0.01) and envelope[160] == pytest.approx(0.5, abs=0.01)
    assert envelope[187] == pytest.approx(0.25, abs=0.02) and envelope[199] < 0.03 and envelope[101] < 0.02


def test_the_templates_own_sound_can_be_left_out(tmp_path: Path) -> None:
    layers = [audio_layer(ip=0, op=50)]
    assert by_second(heard(tmp_path, ve.SoundMix(start=3), layers=layers)) == pytest.approx(
        [0.5, 0.5, 0, 0.5], abs=0.02
    )
    muted = heard(tmp_path, ve.SoundMix(start=3, mute_template=True), layers=layers)
    assert by_second(muted) == pytest.approx([0, 0, 0, 0.5], abs=0.02)


@pytest.mark.parametrize(("layer", "is_ducked"), [(None, True), ("Beep", True), ("Other", False)])
def test_the_callers_sound_makes_room(tmp_path: Path, layer: str | None, is_ducked: bool) -> None:
    """A quiet voice in the second second; the music beside it goes down by 20 decibels."""
    voice = audio_layer(ip=25, op=50, au={"lv": {"a": 0, "k": [-32, -32]}})
    other = {"ty": 6, "nm": "Other", "refId": "beep", "ind": 2, "ip": 0, "op": 0, "st": 0, "sr": 1, "ks": {}}
    mix = ve.SoundMix(loop=True, ducking=ve.Ducking(layer=layer, depth=20, attack=0.05, release=0.1))
    found = by_second(heard(tmp_path, mix, layers=[voice, other]))
    assert found[0] == found[3] == pytest.approx(0.5, abs=0.02)
    assert found[1] < 0.08 if is_ducked else found[1] > 0.48


def test_ducking_under_a_layer_that_is_not_there_is_refused(tmp_path: Path) -> None:
    mix = ve.SoundMix(ducking=ve.Ducking(layer="Voice"))
    opened = template(tmp_path, [audio_layer()])
    with pytest.raises(ve.SoundMixError, match="the layer Voice, which the template does not have"):
        ve.render(opened, tmp_path / "out.mp4", mix=mix)
    (error,) = opened.check(encoder=ve.EncoderConfig(), mix=mix)
    assert error.place.field == "ducking.layer"
    opened.close()


def test_a_sound_that_the_package_lacks_is_named(tmp_path: Path) -> None:
    gone = {"id": "gone", "u": "audio/", "p": "gone.wav", "e": 0, "t": 3}
    layers = [audio_layer(refId="gone"), audio_layer(nm="Nothing", refId="no such asset")]
    plan = template(tmp_path, layers, [gone]).plan()
    assert audio_plan(plan, 0, Fraction(1)).tracks == ()
    messages = [finding.message for finding in plan.findings if finding.feature == "audio.broken"]
    assert messages[0] == "the package lacks the sound (file audio/gone.wav is not in the package)"
    plan.close()


# --- clips -----------------------------------------------------------------------------------------------------------


def clip_template(
    tmp_path: Path, *layers: dict[str, Any], sound: bool = True, assets: tuple[dict[str, Any], ...] = ()
) -> ve.Template:
    """A clip of 2 seconds, heard in the first and the second at levels 0.5 and 0.25."""
    samples = np.concatenate([tone(1.0), tone(1.0, level=0.25)], axis=1) if sound else None
    clip = make_clip(tmp_path / "clip.mp4", 50, size=(32, 32), samples=samples)
    path = tmp_path / "t.zip"
    document = {
        "v": "5.9.0", "fr": 25, "ip": 0, "op": 100, "w": 32, "h": 32, "layers": list(layers),
        "assets": [{"id": "clip", "u": "videos/", "p": "clip.mp4", "w": 32, "h": 32, "t": 9}, *assets],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.json", json.dumps(document))
        archive.write(clip, "videos/clip.mp4")
    return ve.open_template(path)


def clip_layer(**more: Any) -> dict[str, Any]:
    return {"ty": 9, "nm": "Clip", "refId": "clip", "ind": 1, "ip": 0, "op": 100, "st": 0, "sr": 1, "ks": {}} | more


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ({}, [0.5, 0.25, 0.0, 0.0]),  # its pictures stand still at the end, its sound is over
        ({"st": 25}, [0.0, 0.5, 0.25, 0.0]),
        ({"ip": 25, "op": 50}, [0.0, 0.25, 0.0, 0.0]),
        ({"sr": 0.5}, [0.36, 0.0, 0.0, 0.0]),
        ({"sr": 2}, [0.5, 0.5, 0.25, 0.25]),
        ({"au": {"lv": {"a": 0, "k": [50, 50]}}}, [0.25, 0.12, 0.0, 0.0]),
        ({"hd": True}, [0.0] * 4),
        ({"td": 1}, [0.5, 0.25, 0.0, 0.0]),
        ({"ty": 2}, [0.5, 0.25, 0.0, 0.0]),
    ],
)
def test_clips_sound_along_with_their_pictures(tmp_path: Path, layer: dict[str, Any], expected: list[float]) -> None:
    if layer.get("sr") == 0.5:
        found = levels(clip_template(tmp_path, clip_layer(**layer)))
        assert found[0] > 0.3 and found[1:] == expected[1:]
    else:
        assert levels(clip_template(tmp_path, clip_layer(**layer))) == pytest.approx(expected, abs=0.03)


def test_clips_without_sound_are_silent_and_not_reported(tmp_path: Path) -> None:
    opened = clip_template(tmp_path, clip_layer(), clip_layer(tm={"a": 0, "k": 1}), sound=False)
    plan = opened.plan()
    assert audio_plan(plan, 0, Fraction(4)).tracks == ()
    assert plan.findings == []
    plan.close()


def test_a_clip_whose_sound_is_of_a_codec_that_is_not_decoded(tmp_path: Path) -> None:
    content = bytearray(make_clip(tmp_path / "clip.mp4", 25, sound=True).read_bytes())
    at = content.index(b"\x40\x15", content.index(b"esds"))  # MPEG-4 audio; and that it is a stream of sound
    content[at] = 0xDD  # Vorbis, as FFmpeg writes it
    (tmp_path / "clip.mp4").write_bytes(content)
    change = {"layer": "Clip", "video": {"assetId": "c"}}
    layer = {"ty": 9, "nm": "Clip", "refId": "none", "ind": 1, "ip": 0, "op": 100, "st": 0, "sr": 1, "ks": {}}
    plan = template(tmp_path, [layer]).plan([change], {"c": str(tmp_path / "clip.mp4")})
    assert audio_plan(plan, 0.0, Fraction(1)).tracks == ()
    (finding,) = plan.findings
    assert finding.message == "the clip's sound is vorbis, and cannot be decoded"
    assert (finding.feature, finding.severity, finding.instead) == ("audio.codec", "warning", "the layer is silent")
    plan.close()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"trim": [1, 2]}, [0.25, 0.0, 0.0, 0.0]),
        ({"trim": [1, 2], "loop": True}, [0.25] * 4),
        ({"loop": True}, [0.5, 0.25, 0.5, 0.25]),
        ({"volume": 0.5}, [0.25, 0.12, 0.0, 0.0]),
        ({"mute": True}, [0.0] * 4),
    ],
)
def test_a_clip_put_in_by_a_customization(tmp_path: Path, change: dict[str, Any], expected: list[float]) -> None:
    opened = clip_template(tmp_path, clip_layer())
    entry = {"layer": "Clip", "video": {"file": "videos/clip.mp4"}, **change}
    assert levels(opened, changes=[entry]) == pytest.approx(expected, abs=0.03)


def test_the_sound_of_a_clip_is_in_the_video(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    ve.render(clip_template(tmp_path, clip_layer()), out, frames=(0, 50))
    samples = decoded_sound(out)
    assert loudness(samples[:, 6_000:40_000]) == pytest.approx(0.5, abs=0.05)
    assert loudness(samples[:, 54_000:90_000]) == pytest.approx(0.25, abs=0.05)
