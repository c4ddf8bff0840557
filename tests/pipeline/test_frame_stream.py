"""Frames as arrays: the same as stills, in order, drawn ahead within bounds, and ended when nobody wants them."""

from __future__ import annotations

import gc
import json
import threading
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import velocity_engine as ve

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.zip"
SIZE = (160, 90)


@pytest.fixture
def template() -> Iterator[ve.Template]:
    with ve.open_template(DEMO) as opened:
        yield opened


@pytest.fixture
def resting(tmp_path: Path) -> Iterator[ve.Template]:
    """A square that stands still for 10 frames, jumps, and stands still again."""
    position = {"a": 1, "k": [{"t": 0, "s": [20, 20], "h": 1}, {"t": 10, "s": [60, 20], "h": 1}]}
    layer = {"ty": 1, "nm": "Square", "ip": 0, "op": 20, "st": 0, "sw": 20, "sh": 20, "sc": "#ff0000",
             "ks": {"p": position, "a": {"a": 0, "k": [10, 10]}}}  # fmt: skip
    document = {"v": "5.9.0", "fr": 20, "ip": 0, "op": 20, "w": 80, "h": 40, "layers": [layer]}
    (tmp_path / "data.json").write_text(json.dumps(document))
    with ve.open_template(tmp_path) as opened:
        yield opened


def workers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name in ("velocity-evaluate", "velocity-frames")]


def test_frames_are_stills_in_order_with_their_times(template: ve.Template) -> None:
    changes = [{"layer": "Headline", "text": "Hello"}]
    with ve.frames(template, size=SIZE, customizations=changes, frames=range(60, 90)) as frames:
        assert (len(frames), frames.width, frames.height) == (30, 160, 90) and frames.fps == 30
        drawn = list(frames)
    assert [one.number for one in drawn] == list(range(30))
    assert [one.frame for one in drawn] == list(range(60, 90))
    assert [one.seconds for one in drawn] == [float(Fraction(number, 30)) for number in range(30)]
    with template.customized(changes) as changed:
        for one in drawn:
            assert np.array_equal(one.pixels, ve.render_still(changed, one.frame, SIZE)), one
    assert not workers()


def test_a_frame_comes_apart_as_time_and_array(template: ve.Template) -> None:
    for seconds, pixels in ve.frames(template, size=SIZE, frames=(0, 2)):
        assert seconds in (0.0, 1 / 30) and pixels.shape == (90, 160, 4)


def test_another_rate_shows_the_moments_between(template: ve.Template) -> None:
    frames = list(ve.frames(template, size=SIZE, fps=60, frames="outro"))
    assert [one.frame for one in frames[:3]] == [120, 120.5, 121] and len(frames) == 60
    assert ve.frames(template, size=SIZE, fps=29.97, frames=(0, 1)).fps == Fraction(30000, 1001)


def test_without_alpha_it_is_what_a_video_shows(resting: ve.Template) -> None:
    (clear, *_), (opaque, *_) = (list(ve.frames(resting, alpha=alpha)) for alpha in (True, False))
    assert opaque.pixels.shape == (40, 80, 3)
    alpha = clear.pixels[..., 3:] / 255
    assert np.abs(clear.pixels[..., :3] * alpha - opaque.pixels).max() <= 1.0
    assert not opaque.pixels[0, 0].any() and clear.pixels[0, 0, 3] == 0


def test_held_frames_repeat_or_are_skipped(resting: ve.Template) -> None:
    every = list(ve.frames(resting))
    assert [one.number for one in every if not one.held] == [0, 10] and len(every) == 20
    assert np.shares_memory(every[3].pixels, every[4].pixels)
    moved = list(ve.frames(resting, held="skip"))
    assert [(one.number, one.seconds) for one in moved] == [(0, 0.0), (10, 0.5)]
    assert not np.array_equal(moved[0].pixels, moved[1].pixels)


def test_arrays_outlast_the_loop_and_cannot_be_written_to(template: ve.Template) -> None:
    frames = list(ve.frames(template, size=SIZE, frames=(60, 70)))
    before = [one.pixels.copy() for one in frames]
    with pytest.raises(ValueError, match="read-only"):
        frames[0].pixels[:] = 0
    assert all(np.array_equal(one.pixels, pixels) for one, pixels in zip(frames, before, strict=True))


def test_drawing_ahead_is_bounded(template: ve.Template) -> None:
    asked: list[float] = []

    def never() -> bool:
        asked.append(time.monotonic())
        return False

    with ve.frames(template, size=SIZE, cancelled=never) as frames:
        next(frames)
        while not asked or time.monotonic() - asked[-1] < 1.0:  # until no further frame is begun
            time.sleep(0.05)
        assert 2 < len(asked) < 20
        next(frames)


def test_closing_ends_the_threads_and_the_frames(template: ve.Template) -> None:
    frames = ve.frames(template, size=SIZE)
    next(frames)
    assert workers()
    frames.close()
    frames.close()
    assert not workers()
    with pytest.raises(StopIteration):
        next(frames)


def test_who_leaves_a_loop_leaves_no_threads(template: ve.Template) -> None:
    for frame in ve.frames(template, size=SIZE):
        if frame.number == 3:
            break
    gc.collect()
    assert not workers()


def test_cancelling_by_event_and_by_function(template: ve.Template) -> None:
    event = threading.Event()
    frames = ve.frames(template, size=SIZE, cancelled=event)
    next(frames)
    event.set()
    with pytest.raises(ve.RenderCancelled):
        list(frames)
    assert not workers()
    with pytest.raises(ZeroDivisionError):
        list(ve.frames(template, size=SIZE, cancelled=lambda: 1 // 0 > 0))


def test_two_at_once_do_not_disturb_each_other(template: ve.Template) -> None:
    pairs = zip(ve.frames(template, size=SIZE), ve.frames(template, size=SIZE), strict=True)
    assert all(np.array_equal(one.pixels, other.pixels) for one, other in pairs)


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ({"frames": (8, 3)}, ve.FrameRangeError),
        ({"frames": range(0, 10, 2)}, ve.FrameRangeError),
        ({"frames": slice(-10, None)}, ve.FrameRangeError),
        ({"frames": "nowhere"}, ve.FrameRangeError),
        ({"fps": 0}, ve.FrameRangeError),
        ({"size": (0, 10)}, ve.FrameRangeError),
        ({"frames": 10}, ve.WrongTypeError),
        ({"fps": "30"}, ve.WrongTypeError),
        ({"held": False}, ve.WrongTypeError),
        ({"cancelled": 3}, ve.WrongTypeError),
        ({"customizations": [{"layer": "Nobody", "text": "x"}]}, ve.CustomizationError),
    ],
)
def test_what_is_wrong_is_told_at_once(template: ve.Template, wrong: dict[str, Any], kind: type[Exception]) -> None:
    with pytest.raises(kind):
        ve.frames(template, **wrong)
    assert not workers()


def test_what_a_render_refuses_is_refused(tmp_path: Path) -> None:
    layer = {"ty": 2, "nm": "Photo", "refId": "photo", "ip": 0, "op": 5, "st": 0, "ks": {}}
    asset = {"id": "photo", "w": 8, "h": 8, "u": "images/", "p": "photo.png", "e": 0}
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 5, "w": 40, "h": 20, "assets": [asset], "layers": [layer]}
    (tmp_path / "data.json").write_text(json.dumps(document))
    with ve.open_template(tmp_path) as template:
        with pytest.raises(ve.RenderFailed, match=r"photo\.png"):
            ve.frames(template)
        assert [finding.severity for finding in ve.still(template).findings] == ["error"]
