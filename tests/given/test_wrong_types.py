"""Each public callable, with something wrong in the place of each of its arguments, one at a time: what is raised is a
VelocityError. Which arguments there are is read from the signatures, so a new one is tried without a line here.
"""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve

ROOT = Path(__file__).resolve().parents[2]
DEMO = str(ROOT / "examples" / "demo.zip")
PHOTO = str(ROOT / "examples" / "replacement.jpg")
FONT = str(next((ROOT / "velocity_engine" / "fonts").glob("**/Inter-Regular*")))
SMALL = ve.EncoderConfig(resolution=(64, 36), preset=5)
WRONG: tuple[Any, ...] = (object(), 5, -1.5, float("nan"), "x", None, b"", [], {}, True, io.BytesIO(), {"a": 1}, [5])
ERRORS = tuple(
    name
    for name in ve.__all__
    if isinstance(getattr(ve, name), type) and name.endswith(("Error", "Failed", "Cancelled", "Warning"))
)
RESULTS = (
    *("AudioInfo", "VideoInfo", "PictureInfo", "LayerInfo", "SlotInfo", "FontInfo", "Finding", "Place", "Progress"),
    *("RenderResult", "Still", "Frame", "Frames", "Forecast", "Trial", "Sample", "SamplePlan", "Template"),
    *("PosterForecast", "PosterSample", "FrameDifference", "LayerDifference", "SegmentPrint", "Verification"),
    *("FrameLayer", "FrameLayers", "LayerCost", "LayerCosts", "PreparedStill"),
    *("CaptionsInfo", "FontFaceInfo", "FontFileInfo", "Lengths", "Region", "TimedRegion", "Timeline"),
)
"""What the engine makes and callers read."""
NO_ARGUMENTS = ("network", "plugins", "warm_up", "RateControl", "hookimpl", "build_parts", "system_font_folders")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Callable[..., Any], dict[str, Any]]]]:
    """Each callable, with arguments that are right."""
    folder = tmp_path_factory.mktemp("out")
    with ve.open_template(DEMO) as template:
        order = ve.order_for(template, folder / "a.mp4", encoder=SMALL, frames=(0, 2))
        trial = ve.Trial.guess(64, 36, 30.0)
        video: dict[str, Any] = {"output": str(folder / "b.mp4"), "encoder": SMALL, "frames": (0, 2)}
        whole: dict[str, Any] = {"template": template}
        yield {
            "open_template": (ve.open_template, {"path": DEMO}),
            "still": (ve.still, {**whole, "size": (16, 9)}),
            "render_still": (ve.render_still, {**whole, "size": (16, 9)}),
            "frames": (lambda **how: ve.frames(**how).close(), {**whole, "size": (16, 9), "frames": (0, 2)}),
            "render": (ve.render, {**whole, **video}),
            "order_for": (ve.order_for, {**whole, **video}),
            "render_order": (ve.render_order, {"order": order}),
            "render_segment": (ve.render_segment, {"order": order, "segment": None}),
            "RenderOrder": (ve.RenderOrder, {"template": order.template, "output": "a.mp4"}),
            "FileReference": (ve.FileReference, {"location": "a", "sha256": "b"}),
            "verify": (ve.verify, {"video": PHOTO, "manifest": None}),
            "Manifest": (lambda *, text: ve.Manifest.from_json(text), {"text": "{}"}),
            "frame_differences": (ve.frame_differences, {"one": template, "other": template}),
            "RenderCache": (ve.RenderCache, {"location": str(folder / "cache")}),
            "cached_frames": (
                ve.cached_frames,
                {**whole, "cache": str(folder / "cache"), "encoder": SMALL, "frames": (0, 2)},
            ),
            "BatchFrames": (ve.BatchFrames, {**whole, "encoder": SMALL, "frames": (0, 2)}),
            "Poster": (ve.Poster, {"output": "a.jpg"}),
            "SoundMix": (ve.SoundMix, {}),
            "Ducking": (ve.Ducking, {}),
            "Duration": (ve.Duration, {"seconds": 1.5}),
            "MotionBlur": (ve.MotionBlur, {}),
            "probe_captions": (ve.probe_captions, {"path": PHOTO}),
            "probe_font": (ve.probe_font, {"path": FONT}),
            "Captions": (ve.Captions, {"cues": [ve.Cue(0, 1, "a")]}),
            "Cue": (ve.Cue, {"start": 0, "end": 1, "text": "a"}),
            "Word": (ve.Word, {"text": "a", "start": 0, "end": 1}),
            "read_captions": (ve.read_captions, {"source": b"00:00:00,000 --> 00:00:01,000\na\n"}),
            "held_ranges": (ve.held_ranges, {**whole}),
            "EncoderConfig": (ve.EncoderConfig, {}),
            "BitsPerSecond": (ve.BitsPerSecond, {"value": 5}),
            "BytesPerSecond": (ve.BytesPerSecond, {"value": 5}),
            "PackageLimits": (ve.PackageLimits, {}),
            "resolve_encoder": (ve.resolve_encoder, {"encoder": SMALL}),
            "container_of": (ve.container_of, {"encoder": SMALL}),
            "check_written": (
                ve.check_written, {"path": PHOTO, "encoder": SMALL, "frames": 2, "seconds": 1.0}
            ),
            **{
                f"probe_{kind}": (getattr(ve, f"probe_{kind}"), {"path": PHOTO})
                for kind in ("asset", "audio", "clip", "picture", "video")
            },
            "frame_layers": (ve.frame_layers, {**whole, "size": (16, 9)}),
            "layer_costs": (ve.layer_costs, {**whole, "size": (16, 9), "seconds": 0.0}),
            "try_out": (ve.try_out, {**whole, "seconds": 0.0}),
            "forecast": (ve.forecast, {"trial": trial, "encoder": SMALL, "frames": (0.0, 2.0)}),
            "plan_sample": (
                ve.plan_sample, {"trial": trial, "encoder": SMALL, "frames": (0.0, 2.0), "seconds": 0.1}
            ),
            "take_poster_sample": (
                ve.take_poster_sample, {**whole, "encoder": SMALL, "frames": (0.0, 2.0), "poster": ve.Poster("a.jpg")}
            ),
            "forecast_poster": (
                ve.forecast_poster,
                {"trial": trial, "encoder": SMALL, "frames": (0.0, 2.0), "poster": ve.Poster("a.jpg")},
            ),
            "take_sample": (
                ve.take_sample,
                {
                    **whole, "encoder": SMALL, "frames": (0.0, 2.0),
                    "plan": ve.SamplePlan((16, 16), ((0, 1),), 0.1, whole=False),
                },
            ),
            "Template.customized": (template.customized, {}),
            "Template.plan": (lambda **how: template.plan(**how).close(), {}),
            "Template.still": (template.still, {"size": (16, 9)}),
            "Template.require_frame": (template.require_frame, {"frame": 1}),
            "Template.frame_range": (template.frame_range, {"frames": None}),
            "Template.check": (template.check, {}),
            "RenderOrder.from_json": (ve.RenderOrder.from_json, {"text": order.to_json()}),
            "RenderOrder.to": (order.to, {"output": "b.mp4"}),
            "RenderOrder.relocated": (order.relocated, {"locate": lambda location: location}),
            "connected_storage": (ve.connected_storage, {"url": "memory://a", "options": {}}),
            "FileReference.of": (ve.FileReference.of, {"path": PHOTO}),
        }  # fmt: skip


NAMES = tuple(sorted(set(ve.__all__) - {*ERRORS, *RESULTS, *NO_ARGUMENTS}))
SIGNATURES: dict[str, Any] = {"frames": ve.frames, "Template.plan": ve.Template.plan}
"""Of what is called through something else here."""


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What succeeds writes its file here."""
    monkeypatch.chdir(tmp_path)


def test_each_public_callable_is_tried(given: dict[str, Any]) -> None:
    assert [name for name in NAMES if name not in given] == []
    made = [getattr(ve, name) for name in RESULTS if name != "Template"]
    assert all(inspect.isclass(one) for one in made)


def test_what_is_wrong_is_told_in_a_sentence(given: dict[str, Any]) -> None:
    raw: list[str] = []
    told = 0
    for name, (call, right) in given.items():
        for parameter in inspect.signature(SIGNATURES.get(name, call)).parameters:
            for wrong in WRONG if parameter != "self" else ():
                try:
                    call(**{**right, parameter: wrong})
                except ve.VelocityError as error:
                    told += 1
                    raw += [] if str(error) else [f"{name}({parameter}={wrong!r}) says nothing"]
                except Exception as error:
                    raw.append(f"{name}({parameter}={wrong!r}) raised {error!r}")
    assert raw == []
    assert told > 500


CLOSED = io.BytesIO(b"x")
CLOSED.close()
WRONG_TYPES: dict[str, Callable[[ve.Template], Any]] = {
    "resolve_encoder": lambda template: ve.resolve_encoder(5),  # type: ignore[arg-type]
    "try_out": lambda template: ve.try_out("x"),  # type: ignore[arg-type]
    "forecast": lambda template: ve.forecast(None, SMALL, (0, 5)),  # type: ignore[arg-type]
    "render_segment": lambda template: ve.render_segment("x", "y"),  # type: ignore[arg-type]
    "limits": lambda template: ve.open_template(DEMO, limits=5),  # type: ignore[arg-type]
    "PackageLimits": lambda template: ve.PackageLimits(total_bytes="x"),  # type: ignore[arg-type]
    "Poster": lambda template: ve.Poster(io.BytesIO()),  # type: ignore[arg-type]
    "probe_picture": lambda template: ve.probe_picture(None),  # type: ignore[arg-type]
    "from_json": lambda template: ve.RenderOrder.from_json(5),  # type: ignore[arg-type]
    "check": lambda template: template.check({"a": 1}),  # type: ignore[arg-type]
    "no such setting": lambda template: ve.EncoderConfig(bitrat="5M"),  # type: ignore[call-arg]
    "a setting without a name": lambda template: ve.EncoderConfig("5M"),  # type: ignore[call-arg]
}


@pytest.mark.parametrize("call", WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_wrong_type_is_a_type_error_with_what_would_be_right(call: Callable[[ve.Template], Any]) -> None:
    with ve.open_template(DEMO) as template, pytest.raises(TypeError) as raised:
        call(template)
    assert isinstance(raised.value, ve.WrongTypeError) and raised.value.hint


def test_wrong_values_are_told(tmp_path: Path) -> None:
    with pytest.raises(ve.WrongTypeError, match="Did you mean bitrate"):
        ve.EncoderConfig(bitrat="5M")  # type: ignore[call-arg]
    with pytest.raises(ve.EncoderConfigError, match="codec nosuch is unknown"):
        ve.container_of(ve.EncoderConfig(codec="nosuch"))
    with pytest.raises(ve.EncoderConfigError, match="container 'nosuch' is unknown"):
        ve.container_of(ve.EncoderConfig(container="nosuch"))
    with pytest.raises(ve.StorageError, match="path cannot be read: I/O operation on closed file"):
        ve.open_template(CLOSED)
    with ve.open_template(DEMO) as template:
        (problem,) = template.check(customizations={"layer": "Headline"})  # type: ignore[arg-type]
    assert problem.message == "the customizations are one object, not a list"
