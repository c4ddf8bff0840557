"""The conformance suites: sound objects pass, and each kind of fault is told in words."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from text_support import named_font

import velocity_engine as ve
from velocity_engine import plugins, testing
from velocity_engine.display import DrawCommand, EffectCall, FillSource, SolidPaint, command
from velocity_engine.errors import MediaError, StorageError
from velocity_engine.model.geometry import rectangle_path
from velocity_engine.plugin_types import (
    MP4,
    EncodedSegment,
    EncoderSettings,
    FontFile,
    RenderWatch,
    Segment,
    StoredFile,
)
from velocity_engine.testing.codecs import SEGMENT
from velocity_engine.text.fonts import FontCatalogue

RED = SolidPaint((1.0, 0.0, 0.0, 1.0))


class Box:
    """A sound layer type: a red box; ``draw`` can be replaced by a faulty one."""

    key = "box"
    lottie_types = ()
    moves = False

    def __init__(self, draw: Callable[[Any], Sequence[DrawCommand]] | None = None) -> None:
        self._draw = draw or (lambda sampler: [command(FillSource(rectangle_path(0, 0, 10, 10), RED))])

    def prepare(self, layer: Any, context: Any) -> Box:
        return self

    def draw(self, sampler: Any) -> Sequence[DrawCommand]:
        return self._draw(sampler)


def box_at(x: float) -> list[DrawCommand]:
    return [command(FillSource(rectangle_path(x, 0, x + 1, 1), RED))]


COUNTER = itertools.count()
CONTENT = testing.plugin_content("box", None)


def test_a_sound_layer_type() -> None:
    testing.check_layer_type(Box(), CONTENT)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda sampler: box_at(sampler.frame), "moves is False"),
        (lambda sampler: box_at(next(COUNTER)), "drawn again"),
        (lambda sampler: box_at(float("nan")), "not finite"),
        (lambda sampler: [command(FillSource(rectangle_path(0, 0, 1, 1), RED), opacity=2.0)], "opacity is 2.0"),
        (lambda sampler: ["box"], "draw returned str"),
        (
            lambda sampler: [command(FillSource(rectangle_path(0, 0, 1, 1), RED), effects=(EffectCall("blur", ()),))],
            "effects stand on a command",
        ),
    ],
)
def test_faulty_layer_types(draw: Callable[[Any], Any], message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        testing.check_layer_type(Box(draw), CONTENT)


class Dim:
    """A sound effect: half of everything."""

    key = "dim"
    match_names = ("ACME Dim",)
    lottie_types = ()
    margin = (0.0, 0.0, 0.0, 0.0)

    def evaluate(self, effect: Any, sampler: Any, matrix: Any) -> EffectCall | None:
        return EffectCall(self.key, (sampler.scalar(effect.parameters[0].value),), matrix, self.margin)

    def apply(self, pixels: Any, call: EffectCall, origin: tuple[int, int]) -> Any:
        return (pixels * call.values[0]).astype(np.uint8)


def test_a_sound_effect() -> None:
    testing.check_effect(Dim(), testing.sample_effect("ACME Dim", parameters=[("Amount", 0.5)]))


def test_faulty_effects() -> None:
    class Brighter(Dim):
        def apply(self, pixels: Any, call: EffectCall, origin: tuple[int, int]) -> Any:
            pixels[..., 0] = 255
            return pixels

    class Smaller(Dim):
        def apply(self, pixels: Any, call: EffectCall, origin: tuple[int, int]) -> Any:
            return pixels[1:]

    class Reaching(Dim):
        margin = (-1.0, 0.0, 0.0, 0.0)

    effect = testing.sample_effect("ACME Dim", parameters=[("Amount", 0.5)])
    for faulty, message in ((Brighter(), "not premultiplied"), (Smaller(), "the shape"), (Reaching(), "the margin")):
        with pytest.raises(AssertionError, match=message):
            testing.check_effect(faulty, effect)


class Folder:
    """A sound storage backend."""

    schemes: tuple[str, ...] = ("test",)

    def __init__(self, root: Path) -> None:
        self.root = root

    def place(self, target: str) -> Path:
        return self.root / target.rpartition("/")[2]

    def check(self, target: str) -> None:
        return

    def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
        try:
            content = Path(local_path).read_bytes()
            progress(len(content))
            return self.place(target).write_bytes(content)
        except OSError as error:
            raise StorageError(f"{target} cannot be written") from error

    def open(self, target: str, start: int = 0, end: int | None = None) -> BinaryIO:
        try:
            return io.BytesIO(self.place(target).read_bytes()[start:end])
        except OSError as error:
            raise StorageError(f"{target} cannot be read") from error

    def stat(self, target: str) -> StoredFile:
        try:
            content = self.place(target).read_bytes()
        except OSError as error:
            raise StorageError(f"{target} cannot be read") from error
        return StoredFile(target=target, size=len(content), version=str(hash(content)))

    def list(self, folder: str) -> Iterable[StoredFile]:
        return [self.stat(f"{folder}/{path.name}") for path in sorted(self.root.iterdir())]

    def delete(self, target: str) -> None:
        self.place(target).unlink(missing_ok=True)

    def url(self, target: str, seconds: float) -> str:
        raise StorageError("no URL can be signed")


def test_a_sound_storage_and_faulty_ones(tmp_path: Path) -> None:
    testing.check_storage(Folder(tmp_path), "test://bucket")

    class Careless(Folder):
        def open(self, target: str, start: int = 0, end: int | None = None) -> BinaryIO:
            return io.BytesIO(self.place(target).read_bytes()[start:end])

    class Forgetful(Folder):
        def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
            return super().put(local_path, target, progress) + 1

    class Hasty(Folder):
        def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
            size = super().put(local_path, target, lambda sent: None)
            progress(size)
            return size

    class Whole(Folder):
        def open(self, target: str, start: int = 0, end: int | None = None) -> BinaryIO:
            return super().open(target)

    class Timeless(Folder):
        def stat(self, target: str) -> StoredFile:
            return replace(super().stat(target), version="1")

    for kind, message in (
        (Careless, "not StorageError"),
        (Forgetful, "returned the size"),
        (Hasty, "broken off changed the file"),
        (Whole, "other bytes than were put"),
        (Timeless, "one version for different contents"),
    ):
        folder = tmp_path / kind.__name__
        folder.mkdir()
        with pytest.raises(AssertionError, match=message):
            testing.check_storage(kind(folder), "test://bucket")


class OneByOne:
    """A sound executor."""

    key = "one-by-one"

    def run(self, order: ve.RenderOrder, segments: Sequence[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
        for segment in segments:
            if watch.cancelled():
                return
            yield ve.render_segment(order, segment, watch)


def test_a_sound_executor_and_faulty_ones() -> None:
    testing.check_executor(OneByOne())

    class Deaf(OneByOne):
        def run(self, order: Any, segments: Sequence[Segment], watch: Any) -> Iterator[EncodedSegment]:
            return super().run(order, segments, testing.Watch())

    class Lazy(OneByOne):
        def run(self, order: Any, segments: Sequence[Segment], watch: Any) -> Iterator[EncodedSegment]:
            return super().run(order, segments[1:], watch)

    class Wrong(OneByOne):
        def run(self, order: Any, segments: Sequence[Segment], watch: Any) -> Iterator[EncodedSegment]:
            return (replace(one, packets=one.packets[1:]) for one in super().run(order, segments, watch))

    class Translating(OneByOne):
        def run(self, order: Any, segments: Sequence[Segment], watch: Any) -> Iterator[EncodedSegment]:
            try:
                yield from super().run(order, segments, watch)
            except ve.OrderError as error:
                raise ve.StorageError("lost") from error

    for faulty, message in (
        (Deaf(), "cancelled from the start"),
        (Lazy(), "exactly once"),
        (Wrong(), "other bytes"),
        (Translating(), "as another error"),
    ):
        with pytest.raises(AssertionError, match=message):
            testing.check_executor(faulty)


def test_an_object_that_is_no_plugin_object_is_told_so() -> None:
    with pytest.raises(AssertionError, match="the method run is missing"):
        testing.check_executor(Box())  # type: ignore[arg-type]


class Strict:
    """A codec whose settings and problems are given."""

    key = "strict"
    number: int | None = None
    title = "Strict"
    pixel_formats = ("yuv420p",)
    containers = (MP4,)
    keeps_alpha = False
    odd_sizes = False

    def __init__(self, options: dict[str, str], encoder: str = "libx264", field: str | None = None) -> None:
        self._settings = EncoderSettings(encoder=encoder, pixel_format="yuv420p", options=options, gop_size=SEGMENT)
        self._field = field

    def problems(
        self, config: ve.EncoderConfig, width: int, height: int, rate: Fraction
    ) -> list[ve.EncoderConfigError]:
        if self._field is None or config.profile is None:
            return []
        return [ve.EncoderConfigError("the profile is wrong", place=ve.Place(field=self._field), hint="Leave it out")]

    def settings(self, config: ve.EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        return self._settings


def test_a_sound_codec_and_faulty_ones() -> None:
    fast = {"preset": "ultrafast", "crf": "30"}
    testing.check_codec(Strict(fast, field="profile"))
    for codec, words in (
        (Strict({**fast, "presett": "fast", "crff": "3"}), "does not know the options 'presett', 'crff'"),
        (Strict(fast, encoder="nosuch"), "the settings open no encoder: there is no encoder 'nosuch'"),
        (Strict(fast, encoder="aac"), "the settings open no encoder: the encoder 'aac' of libavcodec does not encode"),
        (Strict({"preset": "nosuch"}), "the settings open no encoder: the encoder libx264 does not start"),
        (Strict(fast, field="kind"), "EncoderConfig has no field kind"),
    ):
        with pytest.raises(AssertionError, match=words):
            testing.check_codec(codec)


# --- fonts ----------------------------------------------------------------------------------------------------------


def test_fonts_that_follow_the_protocol(tmp_path: Path) -> None:
    path = tmp_path / "signs.ttf"
    path.write_bytes(named_font("DejaVuSans-Bold.ttf", "ABC\u10d0", "Signs", "Bold"))
    signs = FontFile(key="Signs-Bold", path=path, families=("Signs",), weight=700, scripts=("Geor",))
    testing.check_font(signs, "ABC")
    for fault, sentence in (
        (replace(signs, families=("Sings",)), "families lacks what the font calls itself: Signs"),
        (replace(signs, weight=300), "weight is 300, and the font says 700"),
        (replace(signs, italic=True), "italic is True, and the font says False"),
        (replace(signs, scripts=("Thai",)), "scripts has Thai, of which the font has no letter"),
        (replace(signs, scripts=("thai",)), r"scripts is \('thai',\): it must be a tuple of ISO 15924 codes"),
        (replace(signs, weight=0), "weight is 0: it must be a whole number from 1 to 1000"),
    ):
        with pytest.raises(AssertionError, match=sentence):
            testing.check_font(fault)
    with pytest.raises(AssertionError, match="the font lacks D of the sample"):
        testing.check_font(signs, "AD")
    with pytest.raises(MediaError, match="the font Signs-Bold cannot be read: No such file"):
        testing.check_font(replace(signs, path=tmp_path / "gone.ttf"))


def test_a_registered_font_draws_texts_by_name_and_helps_out(tmp_path: Path) -> None:
    path = tmp_path / "signs.ttf"
    path.write_bytes(named_font("DejaVuSans.ttf", "A\u10d0", "Signs"))
    signs = FontFile(key="Signs-Regular", path=path, families=("Signs",), scripts=("Geor",), same_widths_as=("Gotham",))
    plugins.register(signs)
    try:
        catalogue = FontCatalogue(testing.BareContext())
        assert catalogue.choose("Signs-Regular").faces[0].label == "Signs Regular"
        assert catalogue.choose("Gotham-Regular").findings[0].feature == "font.substitute"
        faces = catalogue.choose("Inter-Regular").faces
        assert next(face for face in faces if face.covers("\u10d0")).label == "Signs Regular"
        assert next(face for face in faces if face.covers("A")).label == "Inter Regular"
    finally:
        plugins.unregister(signs)
