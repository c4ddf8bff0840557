"""Names of entries: equal where the bytes must be, and else different."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.cache import builds
from velocity_engine.cache.keys import SegmentKeys, video_name
from velocity_engine.display import DisplayList, display_list
from velocity_engine.order import FileReference, Poster, RenderOrder
from velocity_engine.plugin_types import EncoderSettings, Segment

SETTINGS = EncoderSettings(encoder="libx264", pixel_format="yuv420p", options={"crf": "20"}, gop_size=25)
SIZE, RATE = (64, 32), Fraction(25)
WHERE = Segment(number=0, first=0, last=25)


class Nothing:
    """An effect of a plugin."""

    key = "nothing"
    match_names: tuple[str, ...] = ("ACME Nothing",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Any, sampler: Any, matrix: Any) -> None:
        return None

    def apply(self, pixels: Any, call: Any, origin: Any) -> Any:
        return pixels


def gray(number: int) -> DisplayList:
    return display_list(*SIZE, (number / 100, 0.0, 0.0, 1.0), [])


def ends(where: Segment = WHERE, frames: Callable[[int], DisplayList] = gray, **changed: Any) -> str:
    values = {"codec": plugins.codec("h264"), "settings": SETTINGS, "size": SIZE, "rate": RATE, **changed}
    keys = SegmentKeys.of(**values)
    assert keys is not None
    return keys.ends(where, frames)


def test_a_segment_has_the_same_name_wherever_it_stands() -> None:
    assert ends(Segment(number=4, first=100, last=125), lambda number: gray(number - 100)) == ends()


@pytest.mark.parametrize(
    "other",
    [
        {"where": Segment(number=0, first=0, last=24)},
        {"frames": lambda number: gray(number + 1)},
        {"codec": plugins.codec("h265")},
        {"settings": replace(SETTINGS, options={"crf": "21"})},
        {"settings": replace(SETTINGS, gop_size=50)},
        {"rate": Fraction(30)},
        {"size": (32, 64)},
    ],
)
def test_whatever_can_change_its_bytes_changes_its_name(other: dict[str, Any]) -> None:
    assert ends(**other) != ends()


def test_another_engine_library_or_processor_makes_other_names(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ends()
    monkeypatch.setattr("velocity_engine.cache.keys.engine_build", lambda: "another")
    assert ends() != before


def test_a_build_changes_with_each_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "acme_blur"
    package.mkdir()
    (package / "__init__.py").write_text("RADIUS = 3\n")
    (package / "table.bin").write_bytes(b"\0" * 100)
    monkeypatch.syspath_prepend(str(tmp_path))
    import acme_blur  # type: ignore[import-not-found]  # noqa: F401

    found = set()
    for name, content in (("__init__.py", b"RADIUS = 3\n"), ("table.bin", b"\1" * 100), ("more.py", b"")):
        (package / name).write_bytes(content)
        builds.package_build.cache_clear()
        found.add(builds.package_build("acme_blur"))
    assert len(found) == 3


def test_what_a_build_is_made_of_can_be_compared_by_name(register: Callable[[Any], None]) -> None:
    parts = ve.build_parts()
    assert parts["numpy"] == version("numpy") and parts["velocity-render"].startswith(ve.__version__)
    assert parts["processor"].startswith(builds.processor())
    assert parts["velocity-charts (velocity_charts)"].startswith(version("velocity-charts"))
    register(Nothing())
    with pytest.raises(ve.PluginError, match="nothing is registered in this process, and in no other"):
        ve.build_parts()


def test_what_a_program_registered_itself_cannot_be_named(register: Callable[[Any], None]) -> None:
    register(Nothing())
    assert SegmentKeys.of(plugins.codec("h264"), SETTINGS, SIZE, RATE) is None
    assert video_name(order()) is None


def order(**changed: Any) -> RenderOrder:
    values: dict[str, Any] = {"template": FileReference("promo.zip", "a" * 64), "output": "promo.mp4", **changed}
    return RenderOrder(**values)


def test_a_video_is_named_by_content_not_by_place() -> None:
    moved = order(template=FileReference("other.zip", "a" * 64), output="other.mp4")
    assert video_name(moved) == video_name(order())


@pytest.mark.parametrize(
    "changed",
    [
        {"template": FileReference("promo.zip", "b" * 64)},
        {"encoder": ve.EncoderConfig(preset=1)},
        {"frames": (0.0, 10.0)},
        {"soundtrack": FileReference("a.wav", "c" * 64)},
        {"customizations": ({"layer": "Headline", "text": "Hello"},)},
        {"poster": Poster("a.jpg")},
        {"poster": Poster("a.png")},
        {"poster": Poster("a.jpg", 3.0)},
    ],
)
def test_another_order_has_another_name(changed: dict[str, Any]) -> None:
    assert video_name(order(**changed)) != video_name(order())


def test_an_order_whose_files_were_not_read_has_no_name() -> None:
    assert video_name(order(template=FileReference.unread("promo.zip"))) is None
