"""Any region, any number of threads, any sequence of frames: the same pixels as one drawing of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray
from raster_support import circle, curve, polyline

from velocity_engine.composite import Compositor, FrameCompositor, Rect, changed_regions, command_bounds
from velocity_engine.display import (
    Clip,
    DisplayList,
    DrawCommand,
    EffectCall,
    FillSource,
    GradientPaint,
    ImageSource,
    MaskPath,
    Matte,
    SolidPaint,
    StrokeSource,
    VideoSource,
    altered,
    command,
    display_list,
    group_source,
    picture,
)
from velocity_engine.model.geometry import (
    IDENTITY,
    Matrix,
    Path,
    multiply,
    rectangle_path,
    rotation,
    scaling,
    translation,
)
from velocity_engine.model.layers import BlendMode, MaskMode, MatteMode
from velocity_engine.model.shapes import Cap, FillRule, GradientKind, Join

W, H = 230, 150
Pixels = NDArray[np.uint8]
T = TypeVar("T")
Color = tuple[float, float, float, float]


def smeared(pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
    """The mean of pixels up to 4 away."""
    padded = np.pad(pixels.astype(int), ((4, 4), (4, 4), (0, 0)))
    total = np.zeros(pixels.shape, int)
    for dy, dx in ((-4, 1), (0, 0), (3, -4), (4, 4)):
        total += padded[4 + dy : 4 + dy + pixels.shape[0], 4 + dx : 4 + dx + pixels.shape[1]]
    return (total // 4).astype(np.uint8)


class Scenes:
    """Scenes of anything, by a seed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        alpha = self.rng.integers(0, 256, (90, 70, 1))
        ragged = np.concatenate([self.rng.integers(0, 256, (90, 70, 3)) * alpha // 255, alpha], 2)
        opaque = np.concatenate([self.rng.integers(0, 256, (300, 500, 3)), np.full((300, 500, 1), 255)], 2)
        self.pictures = [picture(ragged.astype(np.uint8)), picture(opaque.astype(np.uint8))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def one_of(self, values: Sequence[T]) -> T:
        return values[int(self.rng.integers(len(values)))]

    def path(self) -> Path:
        points = [tuple(p) for p in self.rng.uniform(-60, 260, (7, 2))]
        far = self.one_of([1.0] * 8 + [1e6, 1e12, 1e-9])
        path = self.one_of([polyline(points), polyline(points, False), curve(*points), circle(90, 70, 50)])
        return Path(path.points * far, path.starts, path.closed)

    def color(self) -> Color:
        red, green, blue = (float(v) for v in self.rng.uniform(0, 1, 3))
        return (red, green, blue, self.one_of([1.0, 0.5]))

    def paint(self) -> SolidPaint | GradientPaint:
        colors = [self.color() for _ in range(2)]
        if self.chance(0.6):
            return SolidPaint(colors[0])
        ends = [(float(x), float(y)) for x, y in self.rng.uniform(0, 200, (3, 2))]
        stops = np.array([[0.0, *colors[0]], [1.0, *colors[1]]])
        return GradientPaint(self.one_of(list(GradientKind)), ends[0], ends[1], self.one_of([ends[0], ends[2]]), stops)

    def matrix(self) -> Matrix:
        if self.chance(0.3):
            return IDENTITY
        turn = rotation(float(self.rng.uniform(0, 360))) if self.chance(0.6) else IDENTITY
        sizes = [float(v) for v in self.rng.uniform(0.1, 3, 2)]
        shift = translation(*(float(v) for v in self.rng.uniform(-50, 100, 2)))
        return multiply(shift, multiply(turn, scaling(*sizes)))

    def box(self) -> tuple[float, float, float, float]:
        a, b = np.sort(self.rng.uniform(-20, 240, (2, 2)), 0)
        if self.chance(0.5):
            a, b = np.round(a), np.round(b)
        return (float(a[0]), float(a[1]), float(b[0]) + 1.0, float(b[1]) + 1.0)

    def mask(self) -> MaskPath:
        feather = (self.one_of([0.0, 8.0]), self.one_of([0.0, 8.0, 30.0]))
        share, grow = float(self.rng.random()), self.one_of([0.0, 0.0, 5.0, -5.0])
        return MaskPath(self.path(), self.one_of(list(MaskMode)), self.chance(0.3), share, grow, feather)

    def command(self, depth: int = 0) -> DrawCommand:
        acting: dict[str, Any] = {
            "opacity": self.one_of([1.0, 1.0, 0.4]),
            "blend": BlendMode(int(self.rng.integers(18))) if self.chance(0.15) else BlendMode.NORMAL,
            "clips": tuple(
                Clip(self.box(), self.one_of([IDENTITY, self.matrix()])) for _ in range(2) if self.chance(0.2)
            ),
            "masks": tuple(self.mask() for _ in range(2) if self.chance(0.15)),
        }
        if depth < 2 and self.chance(0.12):
            acting["matte"] = Matte(self.one_of(list(MatteMode)), tuple(self.command(depth + 1) for _ in range(2)))
        kind = self.rng.random()
        if kind < 0.35:
            return command(FillSource(self.path(), self.paint(), self.one_of(list(FillRule))), self.matrix(), **acting)
        if kind < 0.55:
            width, dashes = self.one_of([0.3, 1.0, 8.0, 40.0]), self.one_of([(), (12.0, 5.0), (0.0, 9.0)])
            cap, join = self.one_of(list(Cap)), self.one_of(list(Join))
            source = StrokeSource(self.path(), self.paint(), width, cap=cap, join=join, dashes=dashes)
            return command(source, self.matrix(), **acting)
        if kind < 0.75 or depth >= 3:
            window = self.one_of([None, (3.5, 2.0, 30.0, 41.0)])
            width, height = (float(v) for v in self.rng.uniform(5, 200, 2))
            return command(ImageSource(self.one_of(self.pictures), width, height, window), self.matrix(), **acting)
        if self.chance(0.4):
            acting["effects"] = (EffectCall("smear", (), margin=(4.0, 4.0, 4.0, 4.0)),)
        return command(group_source([self.command(depth + 1) for _ in range(3)]), **acting)

    def next(self, commands: list[DrawCommand]) -> list[DrawCommand]:
        """A frame like the one before, with something changed."""
        commands = list(commands)
        at = int(self.rng.integers(len(commands)))
        change, old = self.rng.random(), commands[at]
        if change < 0.4:
            commands[at] = self.command()
        elif change < 0.5 and len(commands) > 3:
            del commands[at]
        elif change < 0.6:
            commands.insert(at, self.command())
        elif change < 0.7:
            commands[at], commands[-1] = commands[-1], commands[at]
        elif isinstance(old.source, type(group_source([]))):
            inner = [*old.source.commands[:-1], self.command(1)]
            commands[at] = altered(old, source=group_source(inner))
        return commands


@pytest.mark.parametrize("seed", range(4))
def test_regions_threads_and_frames_agree(seed: int) -> None:
    scenes = Scenes(seed)
    whole, banded = Compositor(apply=smeared), Compositor(apply=smeared, threads=2)
    frames = FrameCompositor(W, H, Compositor(apply=smeared))
    commands = [scenes.command() for _ in range(6)]
    for _ in range(25):
        commands = scenes.next(commands)
        display = display_list(W, H, (0.1, 0.2, 0.3, 1.0), commands)
        want = np.full((H, W, 4), 7, np.uint8)
        whole.draw(display, want)
        x, y = np.sort(scenes.rng.integers(0, (W, H), (2, 2)), 0).T
        region = (int(x[0]), int(y[0]), int(x[1]) + 1, int(y[1]) + 1)
        part = np.full((H, W, 4), 9, np.uint8)
        whole.draw(display, part, region)
        inside = np.s_[region[1] : region[3], region[0] : region[2]]
        assert (part[inside] == want[inside]).all()
        part[inside] = 9
        assert (part == 9).all()
        other = np.zeros((H, W, 4), np.uint8)
        banded.draw(display, other)
        assert (other == want).all()
        canvas, regions = frames.advance(display)
        assert (canvas == want).all()
        assert frames.advance(display)[1] == ()
        assert all(0 <= r[0] < r[2] <= W and 0 <= r[1] < r[3] <= H for r in regions)
    banded.close()


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_drawn_outside_of_the_bounds(seed: int) -> None:
    scenes = Scenes(100 + seed)
    compositor = Compositor(apply=smeared)
    for _ in range(60):
        one = scenes.command()
        canvas = np.zeros((H, W, 4), np.uint8)
        compositor.draw(display_list(W, H, (0.1, 0.2, 0.3, 1.0), [one]), canvas)
        bounds = command_bounds(one, W, H)
        if bounds is not None:
            canvas[bounds[1] : bounds[3], bounds[0] : bounds[2]] = canvas[0, 0] = (26, 51, 77, 255)
        assert (canvas == (26, 51, 77, 255)).all()


def square(x: float, y: float, size: float = 20.0, color: Color = (1.0, 0.0, 0.0, 1.0), **acting: Any) -> DrawCommand:
    return command(FillSource(rectangle_path(x, y, x + size, y + size), SolidPaint(color)), **acting)


def shown(
    *commands: DrawCommand, width: int = 640, height: int = 360, background: Color = (0.0, 0.0, 0.0, 1.0)
) -> DisplayList:
    return display_list(width, height, background, commands)


def test_bounds_are_tight() -> None:
    assert command_bounds(square(10, 10), 100, 100) == (10, 10, 30, 30)
    assert command_bounds(square(10.5, 10.5), 100, 100) == (10, 10, 31, 31)
    line = polyline([(20, 50), (80, 50)], closed=False)
    thick = command(StrokeSource(line, SolidPaint((1.0, 0.0, 0.0, 1.0)), 10, cap=Cap.BUTT, join=Join.ROUND))
    assert command_bounds(thick, 100, 100) == (15, 45, 85, 55)
    clipped = square(10, 10, 50, clips=(Clip((0.0, 0.0, 20.5, 100.0), IDENTITY),))
    assert command_bounds(clipped, 100, 100) == (10, 10, 21, 60)
    blurred = command(group_source([square(40, 40)]), effects=(EffectCall("blur", (), margin=(3.0, 4.0, 5.0, 6.0)),))
    assert command_bounds(blurred, 100, 100) == (37, 36, 65, 66)
    hole = square(10, 10, 50, matte=Matte(MatteMode.ALPHA, (square(30, 30, 5),)))
    assert command_bounds(hole, 100, 100) == (30, 30, 35, 35)
    for nothing in (square(200, 10), square(10, 10, opacity=0.0), command(group_source([]))):
        assert command_bounds(nothing, 100, 100) is None


def test_equal_lists_have_no_changes_and_other_grounds_change_all() -> None:
    one = shown(square(10, 10))
    assert changed_regions(one, shown(square(10, 10))) == ()
    assert changed_regions(None, one) == ((0, 0, 640, 360),)
    assert changed_regions(one, shown(square(10, 10), background=(1.0, 0.0, 0.0, 1.0))) == ((0, 0, 640, 360),)
    assert changed_regions(one, shown(square(10, 10), width=320)) == ((0, 0, 320, 360),)


BIG: dict[str, Any] = {"width": 1920, "height": 1080}
CORNER, FAR_CORNER = (0, 0, 64, 64), (1472, 896, 1536, 960)


def test_only_what_moved_is_changed() -> None:
    still = [square(300, 200), square(500, 300)]
    before = shown(still[0], square(10, 10), still[1], **BIG)
    after = shown(still[0], square(1500, 900), still[1], **BIG)
    assert changed_regions(before, after) == (CORNER, FAR_CORNER)
    assert changed_regions(before, shown(*still, **BIG)) == (CORNER,)
    assert changed_regions(shown(*still, **BIG), before) == (CORNER,)
    assert changed_regions(shown(*still, **BIG), shown(*reversed(still), **BIG)) != ()


def test_of_a_group_only_what_changed_in_it_counts() -> None:
    def scene(x: float, y: float, **acting: Any) -> DisplayList:
        return shown(square(0, 0), command(group_source([square(800, 400, 100), square(x, y)]), **acting), **BIG)

    def regions(**acting: Any) -> tuple[Rect, ...]:
        return changed_regions(scene(10, 10, **acting), scene(1500, 900, **acting))

    assert regions() == (CORNER, FAR_CORNER)
    assert regions(opacity=0.5) == (CORNER, FAR_CORNER)
    assert regions(clips=(Clip((0.0, 0.0, 1000.0, 1000.0), IDENTITY),)) == (CORNER,)
    everything = changed_regions(scene(10, 10, opacity=0.5), scene(10, 10, opacity=0.6))
    assert any(x0 <= 800 and x1 >= 900 for x0, _, x1, _ in everything)


def test_near_regions_become_one() -> None:
    before, after = shown(square(10, 10), square(10, 200)), shown(square(10, 10), square(150, 10))
    assert changed_regions(before, after) == ((0, 0, 192, 256),)


def test_regions_are_few_disjoint_and_on_the_grid() -> None:
    rng = np.random.default_rng(3)
    for count in (1, 5, 40, 300):
        before = shown(*(square(*rng.uniform(0, 600, 2)) for _ in range(count)), width=700, height=500)
        after = shown(*(square(*rng.uniform(0, 600, 2)) for _ in range(count)), width=700, height=500)
        regions = changed_regions(before, after)
        assert 1 <= len(regions) <= 16
        covered = np.zeros((500, 700), int)
        for x0, y0, x1, y1 in regions:
            assert x0 % 64 == y0 % 64 == 0
            assert x1 % 64 == 0 or x1 == 700
            assert y1 % 64 == 0 or y1 == 500
            covered[y0:y1, x0:x1] += 1
        assert covered.max() == 1


def test_what_is_hidden_is_not_drawn() -> None:
    """A reader that fails shows that it is not asked."""

    class Broken:
        width, height, digest, frame_count, seconds = 8, 8, b"broken", 1, 1.0

        def read(self, index: int) -> Pixels:
            raise AssertionError("this frame cannot be seen")

        def index_at(self, seconds: float) -> int:
            return 0

    hidden = command(VideoSource(Broken(), 0, 640, 360))
    opaque = ImageSource(picture(np.full((36, 64, 4), 255, np.uint8)), 64, 36)
    turned = multiply(translation(320, 180), rotation(30))
    for cover in (
        square(0, 0, 640),
        command(square(-100, -100, 200).source, scaling(8, 8)),
        command(square(-500, -500, 1000).source, turned),
        command(opaque, scaling(10, 10)),
        command(group_source([square(0, 0, 640), square(5, 5)])),
        square(0, 0, 640, clips=(Clip((-5.0, 0.0, 640.0, 400.0), IDENTITY),)),
    ):
        Compositor().draw(shown(hidden, cover), np.zeros((360, 640, 4), np.uint8))
    for cover in (
        square(0, 0, 640, opacity=0.99),
        square(1, 1, 640),
        square(0, 0, 640, (0.0, 0.0, 0.0, 0.9)),
        square(0, 0, 640, blend=BlendMode.ADD),
        square(0, 0, 640, clips=(Clip((0.0, 0.0, 639.0, 400.0), IDENTITY),)),
    ):
        with pytest.raises(AssertionError, match="cannot be seen"):
            Compositor().draw(shown(hidden, cover), np.zeros((360, 640, 4), np.uint8))
