"""Pictures as installed: chosen by name, conforming, and what they show."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from clear_template import clear_template
from numpy.typing import NDArray
from PIL import Image

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.encoder_config import RateControl
from velocity_engine.plugin_types import Codec, FileRequest
from velocity_engine.testing import check_codec
from velocity_pictures.animations import Apng, WebP
from velocity_pictures.gif import Gif
from velocity_pictures.stills import Jpeg, Png

CODECS: tuple[Codec, ...] = (Gif(), WebP(), Apng(), Png(), Jpeg())
FRAMES = 12


def pictures_of(path: Path) -> list[tuple[float, NDArray[np.uint8]]]:
    """Each picture of an animation, as it is shown, with the milliseconds that it stays."""
    found = []
    with Image.open(path) as opened:
        animation: Any = opened
        for number in range(animation.n_frames):
            animation.seek(number)
            pixels = np.asarray(animation.convert("RGBA")).copy()
            found.append((float(animation.info["duration"]), pixels))
    return found


def test_they_are_installed_as_a_third_partys_plugin() -> None:
    report = next(report for report in plugins.installed() if report.name == "pictures")
    assert (report.distribution, report.error) == ("velocity-pictures", None)
    assert report.provides == ("codec gif", "codec webp", "codec apng", "codec png", "codec jpeg")


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.key)
def test_they_conform(codec: Codec) -> None:
    check_codec(codec, ve.EncoderConfig(codec=codec.key), ve.EncoderConfig(codec=codec.key, preset=5))


def test_an_encoder_that_keeps_a_frame_does_not_conform(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine draws the next frames where one lies that it was given back."""
    monkeypatch.setattr("velocity_pictures.gif.drawn_or_clear", lambda frame: frame.to_ndarray())
    with pytest.raises(AssertionError, match="keeps a frame after the call of encode"):
        check_codec(Gif(), ve.EncoderConfig(codec="gif"))


@pytest.mark.parametrize("name", ["a.apng", "a.webp"])
def test_animations_keep_alpha_and_last_exactly(tmp_path: Path, name: str) -> None:
    best = ve.EncoderConfig(rate_control=RateControl.CQP, qp=0) if name == "a.webp" else ve.EncoderConfig()
    with clear_template(tmp_path, FRAMES, rate=30) as template:
        ve.render(template, tmp_path / name, encoder=best)
        stills = [ve.render_still(template, number) for number in range(FRAMES)]
    shown = pictures_of(tmp_path / name)
    assert len(shown) == FRAMES
    assert sum(delay for delay, _ in shown) == round(FRAMES * 1000 / 30)
    for (_, pixels), still in zip(shown, stills, strict=True):
        np.testing.assert_array_equal(pixels[..., 3], still[..., 3])
        if name == "a.apng":
            np.testing.assert_array_equal(pixels, still)
        else:
            inside = still[..., 3] == still[..., 3].max()
            assert np.abs(pixels.astype(int) - still)[inside].mean() < 6


def animation_of(codec: Any, path: Path, colours: Sequence[int], rate: Fraction) -> None:
    """Writes frames of 20x10 pixels with a square of these colours, each drawn where the one before lies."""
    container = codec.containers[0]
    config = ve.EncoderConfig(codec=codec.key, container=container.key)
    encoder = codec.encoder(codec.settings(config, 20, 10, rate), 20, 10, rate)
    packets, frame = [], av.VideoFrame(20, 10, "rgba")
    for colour in colours:
        pixels = np.full((10, 20, 4), 255, np.uint8)
        pixels[2:6, 3:9, 0] = colour
        drawn: Any = av.VideoFrame.from_ndarray(pixels, format="rgba")
        frame.planes[0].update(bytes(drawn.planes[0]))
        packets += encoder.encode(frame)
    packets += encoder.finish()
    request = FileRequest(
        container=container, config=config, width=20, height=10, rate=rate, frame_count=len(colours),
        path=lambda number: str(path),
    )  # fmt: skip
    writer = codec.writer(request)
    for packet in packets:
        writer.write(packet, 0)
    writer.close()


@pytest.mark.parametrize("codec", [WebP(), Apng(), Gif()], ids=lambda codec: codec.key)
def test_what_is_held_is_one_picture_that_stays(tmp_path: Path, codec: Any) -> None:
    path = tmp_path / "a"
    animation_of(codec, path, [100] * 5 + [0] + [100] * 4, Fraction(30))
    delays = [170, 30, 130] if codec.key == "gif" else [167, 33, 133]
    assert [delay for delay, _ in pictures_of(path)] == delays
    assert [tuple(pixels[3, 4]) for _, pixels in pictures_of(path)][1] != tuple(pictures_of(path)[0][1][3, 4])
    assert codec.length(str(path), codec.containers[0]) == pytest.approx(1 / 3, abs=0.004)


@pytest.mark.parametrize("codec", [Apng(), Gif()], ids=lambda codec: codec.key)
def test_a_picture_may_stay_for_longer_than_the_file_can_say_of_one(tmp_path: Path, codec: Any) -> None:
    path = tmp_path / "a"
    animation_of(codec, path, [100] * 1500 + [0] * 500, Fraction(1))
    shown = pictures_of(path)
    assert sum(delay for delay, _ in shown) == 2_000_000
    alike = [np.array_equal(pixels, shown[0][1]) for _, pixels in shown]
    assert sum(delay for (delay, _), same in zip(shown, alike, strict=True) if same) == 1_500_000
    assert codec.length(str(path), codec.containers[0]) == 2000


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.apng", "a.png", "a.jpg", "a.zip"])
def test_a_file_that_was_cut_is_found(tmp_path: Path, name: str) -> None:
    with clear_template(tmp_path, 4) as template:
        encoder = ve.resolve_encoder(ve.EncoderConfig(), name)
        ve.render(template, tmp_path / name, encoder=encoder)
    codec: Any = plugins.codec(encoder.codec_name)
    container = ve.container_of(encoder)
    codec.length(str(tmp_path / name), container)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ve.MediaError, match="read back"):
        codec.length(str(tmp_path / name), container)


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_one_file_for_each_frame(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    with clear_template(tmp_path, 3) as template:
        result = ve.render(template, folder / f"%05d{ending}")
        assert result.frames == 3
        assert result.size_bytes == sum(path.stat().st_size for path in folder.iterdir())
        for number in range(3):
            with Image.open(folder / f"{number:05d}{ending}") as picture:
                pixels, still = np.asarray(picture), ve.render_still(template, number)
                if ending == ".png":
                    np.testing.assert_array_equal(pixels, still)
                else:
                    on_black = still[..., :3].astype(float) * (still[..., 3:] / 255)
                    assert np.abs(pixels - on_black).mean() < 2
    assert len(list(folder.iterdir())) == 3


def test_nothing_is_left_of_a_sequence_that_fails(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    folder.mkdir()
    asked = iter(range(1000))
    with clear_template(tmp_path, 9) as template, pytest.raises(ve.RenderCancelled):
        ve.render(template, folder / "%d.png", cancelled=lambda: next(asked) > 12)
    assert list(folder.iterdir()) == []


def test_a_poster_is_the_first_frame_of_the_range(tmp_path: Path) -> None:
    with clear_template(tmp_path, FRAMES) as template:
        assert ve.render(template, tmp_path / "a.png", frames=(7, 12)).frames == 1
        with Image.open(tmp_path / "a.png") as picture:
            np.testing.assert_array_equal(np.asarray(picture), ve.render_still(template, 7))


def test_a_zip_holds_the_frames(tmp_path: Path) -> None:
    with clear_template(tmp_path, 3) as template:
        ve.render(template, tmp_path / "a.zip")
        ve.render(template, tmp_path / "b.zip", encoder=ve.EncoderConfig(codec="jpeg"))
    for name, ending in (("a.zip", "png"), ("b.zip", "jpg")):
        with zipfile.ZipFile(tmp_path / name) as file:
            assert file.namelist() == [f"{number:05d}.{ending}" for number in range(3)]


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.apng", "a.zip", "a.png"])
def test_the_bytes_do_not_depend_on_who_renders(tmp_path: Path, name: str) -> None:
    encoder = ve.EncoderConfig(segment_seconds=0.2)
    with clear_template(tmp_path, FRAMES) as template:
        ve.render(template, tmp_path / f"one-{name}", encoder=encoder)
        ve.render(template, tmp_path / f"two-{name}", encoder=encoder, executor="processes")
    assert (tmp_path / f"one-{name}").read_bytes() == (tmp_path / f"two-{name}").read_bytes()


def test_odd_sizes_stay(tmp_path: Path) -> None:
    with clear_template(tmp_path, 2, size=(101, 77)) as template:
        for name in ("a.gif", "a.webp", "a.apng", "a.png"):
            ve.render(template, tmp_path / name)
            with Image.open(tmp_path / name) as picture:
                assert picture.size == (101, 77)


def test_what_cannot_be_is_refused() -> None:
    for codec, config, field in (
        (Gif(), ve.EncoderConfig(profile=1), "profile"),
        (Png(), ve.EncoderConfig(level=1), "level"),
        (Apng(), ve.EncoderConfig(rate_control=RateControl.CBR, bitrate="72k"), "rate_control"),
        (Png(), ve.EncoderConfig(rate_control=RateControl.CQP, qp=9), "qp"),
    ):
        assert [error.place.field for error in codec.problems(config, 64, 64, Fraction(25))] == [field]
    assert [error.place.field for error in Gif().problems(ve.EncoderConfig(), 64, 64, Fraction(60))] == ["fps_num"]
    wide = WebP().problems(ve.EncoderConfig(), 16384, 64, Fraction(25))
    assert [error.place.field for error in wide] == ["resolution"]


@pytest.mark.parametrize("name", ["a.apng", "a.png", "a.jpg", "%02d.png"])
def test_pillows_limit_of_pixels_does_not_hold_for_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It is lowered here, so that small pictures are beyond it."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with clear_template(tmp_path, 3) as template:
        assert ve.render(template, tmp_path / name, frames=(0, 3)).size_bytes > 0
    written = tmp_path / (name % 0 if "%" in name else name)
    with pytest.raises(Image.DecompressionBombError):
        Image.open(written)


def test_more_pixels_than_can_be_read_back_are_refused_before_any_work() -> None:
    for codec in (Gif(), WebP(), Apng(), Png(), Jpeg()):
        problems = codec.problems(ve.EncoderConfig(), 13_400, 13_400, Fraction(25))
        refused = isinstance(codec, Gif | WebP)
        assert [error.place.field for error in problems] == (["resolution"] if refused else [])
        assert codec.problems(ve.EncoderConfig(), 13_300, 13_300, Fraction(25)) == []
