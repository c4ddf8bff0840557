"""Stills: what they show, what they tell, and what they refuse."""

from __future__ import annotations

import io
import json
import pickle
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import velocity_engine as ve

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.zip"
SIZE = (160, 90)
HELLO = [{"layer": "Headline", "text": "Hello"}]


@pytest.fixture
def template() -> Iterator[ve.Template]:
    with ve.open_template(DEMO) as opened:
        yield opened


def test_a_still_is_an_array_and_a_picture(template: ve.Template) -> None:
    still = ve.still(template, frame=75, size=SIZE)
    assert still.pixels.shape == (90, 160, 4) and still.findings == () and still.frame == 75
    assert np.array_equal(np.asarray(still), still.pixels)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(still._repr_png_()))), still.pixels)
    assert repr(still) == "<Still of frame 75, 160x90>"
    assert np.array_equal(ve.render_still(template, 75, SIZE), still.pixels)


def test_a_prepared_still_tells_what_it_will_show(template: ve.Template) -> None:
    prepared = template.prepare_still(75, SIZE)
    still = prepared.draw()
    assert (prepared.width, prepared.height, prepared.frame, prepared.findings) == (160, 90, 75, ())
    assert np.array_equal(still.pixels, ve.render_still(template, 75, SIZE))
    with ve.open_template(DEMO) as another:
        assert another.prepare_still(75, SIZE).digest == prepared.digest
    with template.customized(HELLO) as hello:
        others = [hello.prepare_still(75, SIZE), template.prepare_still(20, SIZE), template.prepare_still(75, (80, 45))]
        assert len({prepared.digest, *(one.digest for one in others)}) == 4
        assert np.array_equal(others[0].draw().pixels, ve.render_still(template, 75, SIZE, HELLO))
    with pytest.raises(ve.PackageError, match="closed"):
        others[0].draw()


def test_a_still_is_a_file_of_each_format(template: ve.Template) -> None:
    still = ve.still(template, 75, SIZE)
    for content, name in (
        (still.encoded("png"), "PNG"),
        (still.encoded("webp"), "WEBP"),
        (still.encoded("jpeg"), "JPEG"),
    ):
        with Image.open(io.BytesIO(content)) as picture:
            assert (picture.format, picture.size) == (name, SIZE)
            shown = np.asarray(picture.convert("RGB")).astype(int)
        seen = still.pixels[..., 3] == 255
        assert np.abs(shown - still.pixels[..., :3])[seen].mean() < 6
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(still.encoded()))), still.pixels)
    with pytest.raises(ve.WrongTypeError, match="kind"):
        still.encoded("gif")  # type: ignore[arg-type]


def test_findings_of_the_customizations_are_told(template: ve.Template) -> None:
    changes = [{"layer": "Headline", "text": "日本"}]
    (finding,) = ve.still(template, 75, SIZE, changes).findings
    assert "U+65E5" in finding.message
    with pytest.warns(ve.FindingWarning, match="U\\+65E5"):
        ve.render_still(template, 75, SIZE, changes)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ve.render_still(template, 75, SIZE, HELLO)


@pytest.mark.parametrize("frame", [-1, -0.001, 150, 1e9, float("nan"), float("inf")])
def test_frames_outside_are_refused(template: ve.Template, frame: float) -> None:
    with pytest.raises(ve.FrameRangeError):
        ve.render_still(template, frame, SIZE)


def test_without_a_frame_it_is_the_first(template: ve.Template, tmp_path: Path) -> None:
    document = {"v": "5.9.0", "fr": 25, "ip": 10, "op": 20, "w": 40, "h": 20, "layers": []}
    (tmp_path / "data.json").write_text(json.dumps(document))
    with ve.open_template(tmp_path) as late:
        assert ve.still(late).frame == 10
        assert ve.still(late, 19.5).frame == 19.5
        with pytest.raises(ve.FrameRangeError, match="frames 10 to 20"):
            ve.still(late, 0)


@pytest.mark.parametrize(
    "wrong", [{"frame": "10"}, {"frame": True}, {"size": "320x180"}, {"size": 320}, {"size": (1.5, 2)}]
)
def test_wrong_types_are_type_errors_that_say_what_is_right(template: ve.Template, wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as caught:
        ve.still(template, **wrong)
    assert isinstance(caught.value, ve.VelocityError)
    assert caught.value.place.field == next(iter(wrong)) and "Give " in (caught.value.hint or "")


def test_a_customized_template_draws_the_same_with_one_plan(
    template: ve.Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    from velocity_engine.plan import plan

    made: list[plan.Plan] = []
    make_plan = plan.make_plan

    def counted(*given: Any) -> plan.Plan:
        made.append(make_plan(*given))
        return made[-1]

    monkeypatch.setattr(plan, "make_plan", counted)
    with template.customized(HELLO) as hello:
        drawn = [ve.render_still(hello, frame, SIZE) for frame in (10, 75, 140)]
        assert len(made) == 1
    for frame, pixels in zip((10, 75, 140), drawn, strict=True):
        assert np.array_equal(pixels, ve.render_still(template, frame, SIZE, HELLO))
    assert not np.array_equal(drawn[1], ve.render_still(template, 75, SIZE))


def test_customizations_add_up(template: ve.Template) -> None:
    more = [{"layer": "Tagline", "text": "World"}]
    with template.customized(HELLO) as hello, hello.customized(more) as both:
        want = ve.render_still(template, 75, SIZE, [*HELLO, *more])
        assert np.array_equal(ve.render_still(both, 75, SIZE), want)
        assert np.array_equal(ve.render_still(hello, 75, SIZE, more), want)
        assert "2 customizations" in repr(both)
        with pytest.raises(ve.CustomizationError) as caught:
            hello.customized([{"layer": "Taglin", "text": "World"}])
        assert caught.value.place.field == "customizationMap[0].layer"


def test_assets_of_one_name_stay_apart(template: ve.Template) -> None:
    red, blue = (np.full((8, 8, 3), color, np.uint8) for color in ((255, 0, 0), (0, 0, 255)))
    photo, backdrop = ({"layer": name, "image": {"assetId": "a"}} for name in ("Photo", "Photo"))
    with template.customized([photo], {"a": red}) as first, first.customized([backdrop], {"a": blue}) as second:
        center = [ve.render_still(one, 75, (64, 36))[18, 46] for one in (first, second)]
    assert center[0][0] > 200 > 60 > center[0][2] and center[1][2] > 200 > 60 > center[1][0]


def test_a_video_of_a_customized_template(template: ve.Template, tmp_path: Path) -> None:
    encoder = ve.EncoderConfig(resolution=SIZE, preset=5)
    with template.customized(HELLO) as hello:
        ve.render(hello, tmp_path / "a.mp4", frames=(70, 75), encoder=encoder)
        order = ve.order_for(hello, tmp_path / "c.mp4", frames=(70, 75), encoder=encoder)
    ve.render(template, tmp_path / "b.mp4", frames=(70, 75), encoder=encoder, customizations=HELLO)
    ve.render_order(order)
    first, second, third = ((tmp_path / f"{name}.mp4").read_bytes() for name in "abc")
    assert first == second == third


def test_closing_a_template_closes_what_was_made_of_it() -> None:
    template = ve.open_template(DEMO)
    hello = template.customized(HELLO)
    ve.still(hello, 75, SIZE)
    template.close()
    for call in (
        lambda: ve.still(template),
        lambda: ve.still(hello),
        lambda: template.customized(HELLO),
        lambda: template.check(),
        lambda: ve.render(hello, "never.mp4"),
        lambda: ve.frames(template),
    ):
        with pytest.raises(ve.PackageError, match=r"the template is closed.*Open it again"):
            call()
    assert "closed" in repr(template) and template.layers


def test_closing_a_customized_template_leaves_the_other_open(template: ve.Template) -> None:
    with template.customized(HELLO) as hello:
        ve.still(hello, 75, SIZE)
    assert ve.still(template, 75, SIZE).pixels.any()
    with pytest.raises(ve.PackageError, match="closed"):
        ve.still(hello, 75, SIZE)


def test_pickled_templates_open_again(template: ve.Template) -> None:
    with template.customized(HELLO) as hello:
        for one in (template, hello):
            with pickle.loads(pickle.dumps(one)) as again:
                assert np.array_equal(ve.render_still(again, 75, SIZE), ve.render_still(one, 75, SIZE))


def test_what_was_in_memory_is_not_pickled() -> None:
    with ve.open_template(DEMO.read_bytes()) as template, pytest.raises(ve.WrongTypeError, match="in memory"):
        pickle.dumps(template)


def test_threads_share_a_template(template: ve.Template) -> None:
    frames = list(range(0, 150, 15))
    want = [ve.render_still(template, frame, SIZE) for frame in frames]
    ready = threading.Barrier(4)

    def drawn(frame: int) -> np.ndarray:
        if frame < 60:
            ready.wait(120)
        return ve.render_still(template, frame, SIZE)

    with ThreadPoolExecutor(4) as pool:
        assert all(map(np.array_equal, pool.map(drawn, frames), want))


def test_a_notebook_shows_a_poster_and_the_layers(template: ve.Template) -> None:
    html = template._repr_html_()
    assert 'src="data:image/png;base64,' in html and "Headline" in html and "Your words here" in html
    with template.customized([{"layer": "Headline", "text": "<b>"}]) as changed:
        assert "<td>&lt;b&gt;</td>" in changed._repr_html_()
    template.close()
    closed = template._repr_html_()
    assert "Headline" in closed and "<img" not in closed
