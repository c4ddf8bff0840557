"""A poster beside a video: as the still of its frame, both files or none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from clear_template import clear_template
from PIL import Image

import velocity_engine as ve

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
SMALL = ve.EncoderConfig(resolution=(160, 90), preset=5)


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGBA")).copy()


def test_it_is_the_still_of_its_frame_and_the_video_is_as_without(tmp_path: Path) -> None:
    with ve.open_template(DEMO) as template:
        alone = ve.render(template, tmp_path / "a.mp4", encoder=SMALL, frames=(60, 70))
        poster = ve.Poster(str(tmp_path / "b.png"), frame=100.5)
        result = ve.render(template, tmp_path / "b.mp4", encoder=SMALL, frames=(60, 70), poster=poster)
        still = ve.render_still(template, 100.5, size=(160, 90))
    assert (alone.poster, result.poster) == ("", str(tmp_path / "b.png"))
    assert alone.size_bytes == result.size_bytes and "poster" in result.seconds_by_stage
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    np.testing.assert_array_equal(pixels(tmp_path / "b.png"), still)


@pytest.mark.parametrize("ending", [".jpg", ".jpeg", ".webp"])
def test_it_shows_the_middle_of_what_is_rendered(tmp_path: Path, ending: str) -> None:
    with ve.open_template(DEMO) as template:
        ve.render(template, tmp_path / "a.mp4", encoder=SMALL, frames=(60, 70), poster=tmp_path / f"a{ending}")
        still = ve.render_still(template, 65, size=(160, 90))
    assert np.abs(pixels(tmp_path / f"a{ending}").astype(int) - still).mean() < 4


def test_what_is_clear_stays_clear_where_the_video_keeps_alpha(tmp_path: Path) -> None:
    with clear_template(tmp_path, 10) as template:
        ve.render(template, tmp_path / "a.mp4", poster=ve.Poster(str(tmp_path / "a.png"), 3))
        ve.render(template, tmp_path / "a.webm", poster=ve.Poster(str(tmp_path / "b.png"), 3))
        still = ve.render_still(template, 3)
    np.testing.assert_array_equal(pixels(tmp_path / "b.png"), still)
    assert (pixels(tmp_path / "a.png")[..., 3] == 255).all()


def test_an_order_carries_it_and_is_as_before_without(tmp_path: Path) -> None:
    with ve.open_template(DEMO) as template:
        plain = ve.order_for(template, tmp_path / "a.mp4", encoder=SMALL, frames=(0, 4))
        order = ve.order_for(template, tmp_path / "a.mp4", encoder=SMALL, frames=(0, 4), poster=tmp_path / "a.png")
    assert "poster" not in json.loads(plain.to_json())
    assert ve.RenderOrder.from_json(order.to_json()) == order != plain
    assert order.digest == plain.digest
    ve.render_order(ve.RenderOrder.from_json(order.to_json()))
    assert pixels(tmp_path / "a.png").shape == (90, 160, 4)


def test_both_appear_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ve.open_template(DEMO) as template:
        asked = iter(range(10_000))
        with pytest.raises(ve.RenderCancelled):
            ve.render(template, tmp_path / "a.mp4", encoder=SMALL, poster=tmp_path / "a.png",
                      cancelled=lambda: next(asked) > 5)  # fmt: skip
        assert list(tmp_path.iterdir()) == []

        def told(now: ve.Progress) -> None:
            if now.stage == "storing" and not (tmp_path / "a.mp4").exists():
                (tmp_path / "a.mp4").mkdir()  # what stands there now is no file

        with pytest.raises(ve.StorageError):
            ve.render(template, tmp_path / "a.mp4", encoder=SMALL, frames=(0, 4), poster=tmp_path / "a.png",
                      progress=told)  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_it_is_refused_before_any_work(tmp_path: Path) -> None:
    told: list[ve.Progress] = []
    with ve.open_template(DEMO) as template:
        for poster, error, message in (
            (tmp_path / "a.tiff", ve.EncoderConfigError, r"no poster is written to .*a\.tiff.*end with \.png"),
            (tmp_path / "a.mp4", ve.EncoderConfigError, "no poster is written"),
            (ve.Poster(str(tmp_path / "a.png"), 150), ve.FrameRangeError, "there is no frame 150"),
            (tmp_path / "no" / "a.png", ve.StorageError, "folder is not there"),
            (7, ve.WrongTypeError, "poster"),
        ):
            with pytest.raises(error, match=message):
                ve.render(template, tmp_path / "a.mp4", poster=poster, progress=told.append)  # type: ignore[arg-type]
    assert told == [] and list(tmp_path.iterdir()) == []


def test_a_poster_goes_to_a_url_as_the_video_does(tmp_path: Path) -> None:
    from velocity_engine import plugins

    with ve.open_template(DEMO) as template:
        ve.render(template, "memory://posters/a.mp4", encoder=SMALL, frames=(0, 4), poster="memory://posters/a.png")
        ve.render(template, tmp_path / "a.mp4", encoder=SMALL, frames=(0, 4), poster=tmp_path / "a.png")
    assert plugins.storage("memory").open("memory://posters/a.png").read() == (tmp_path / "a.png").read_bytes()


def test_a_format_that_cannot_hold_the_size_is_refused(tmp_path: Path) -> None:
    with ve.open_template(DEMO) as template, pytest.raises(ve.EncoderConfigError, match=r"16384x64.*up to 16383"):
        ve.render(
            template, tmp_path / "a.mp4", encoder=ve.EncoderConfig(resolution=(16384, 64)), poster=tmp_path / "a.webp"
        )
