"""The tree of shape items: scopes, order, matrices, modifiers across groups, what is kept from frame to frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from raster_support import path_of
from tests_support import still_sampler

from velocity_engine.display import (
    DrawCommand,
    FillSource,
    GradientPaint,
    GroupSource,
    SolidPaint,
    StrokeSource,
)
from velocity_engine.errors import Finding
from velocity_engine.model.geometry import IDENTITY, Path
from velocity_engine.model.layers import BlendMode
from velocity_engine.model.properties import Bezier, GradientValue, Keyframe, Property, SplitPosition, Vector, still
from velocity_engine.model.shapes import (
    Cap,
    Dash,
    Ellipse,
    Fill,
    FillRule,
    Gradient,
    GradientKind,
    Group,
    Join,
    Merge,
    MergeMode,
    OffsetPath,
    PathShape,
    Polystar,
    PuckerBloat,
    Rectangle,
    Repeater,
    RoundCorners,
    ShapeItem,
    StarKind,
    Stroke,
    Trim,
    TrimMode,
    Twist,
    ZigZag,
)
from velocity_engine.model.transform import Transform
from velocity_engine.shapes import drawing, tree
from velocity_engine.shapes.repeater import MAX_COPIES
from velocity_engine.shapes.tree import MAX_DEPTH, compile_items, items_path

Items = Sequence[ShapeItem]


def moving(start: float, end: float) -> Property[Any]:
    """From ``start`` at frame 0 to ``end`` at frame 10."""
    return Property((start,), (Keyframe(0.0, (start,)), Keyframe(10.0, (end,))))


def rectangle(width: float = 10, height: float = 10, x: float = 0, y: float = 0, **more: Any) -> Rectangle:
    return Rectangle(position=still(x, y), size=still(width, height), **more)


def line(length: float, y: float = 0) -> PathShape:
    zero = np.zeros((2, 2))
    return PathShape(path=Property(Bezier(np.array([(0.0, y), (length, y)]), zero, zero, False)))


def fill(red: float = 1.0, **more: Any) -> Fill:
    return Fill(paint=still(red, 0, 0), **more)


def stroke(red: float = 1.0, width: float = 2, **more: Any) -> Stroke:
    return Stroke(paint=still(red, 0, 0), width=still(width), **more)


def group(*items: ShapeItem, **more: Any) -> Group:
    keys = {key: still(*np.atleast_1d(value)) for key, value in more.items() if key not in ("blend_mode", "hidden")}
    rest = {key: value for key, value in more.items() if key in ("blend_mode", "hidden")}
    return Group(items=items, transform=Transform(**keys), **rest)


def trim(start: float, end: float, mode: TrimMode = TrimMode.SIMULTANEOUSLY) -> Trim:
    return Trim(start=still(start), end=still(end), offset=still(0), mode=mode)


def repeater(copies: float, **more: Any) -> Repeater:
    keys = {k: still(*np.atleast_1d(v)) for k, v in more.items() if k not in ("above", "offset")}
    offset = still(more.get("offset", 0))
    return Repeater(copies=still(copies), offset=offset, transform=Transform(**keys), above=more.get("above", False))


def draw(items: Items, frame: float = 0.0) -> Sequence[DrawCommand]:
    return compile_items(tuple(items)).draw(still_sampler(frame))


def red_of(entry: DrawCommand) -> float:
    assert isinstance(entry.source, FillSource | StrokeSource) and isinstance(entry.source.paint, SolidPaint)
    return entry.source.paint.color[0]


def reds(entries: Sequence[DrawCommand]) -> list[float]:
    return [red_of(entry) for entry in entries]


# --- scopes and order ---


def test_later_items_are_painted_first() -> None:
    commands = draw([rectangle(), stroke(0.1), fill(0.2), group(rectangle(), fill(0.3))])
    assert reds(commands) == [0.3, 0.2, 0.1]
    assert isinstance(commands[0].source, FillSource) and isinstance(commands[2].source, StrokeSource)


def test_a_paint_paints_only_what_is_above_it() -> None:
    commands = draw([rectangle(10), fill(0.1), rectangle(20), fill(0.2)])
    assert [path_of(c).contours for c in commands] == [2, 1]
    assert path_of(commands[1]).bounds() == (-5, -5, 5, 5)


def test_a_paint_without_paths_above_is_nothing() -> None:
    assert draw([fill(), rectangle()]) == ()


def test_a_group_sees_only_its_own_paths() -> None:
    commands = draw([rectangle(10), group(rectangle(20), fill(0.5)), fill(0.9)])
    assert [path_of(c).contours for c in commands] == [2, 1]
    assert path_of(commands[1]).bounds() == (-10, -5, 10, 5)


def test_paths_of_a_group_are_painted_outside_with_its_transform() -> None:
    inner = group(rectangle(10), group(rectangle(2), position=(0, 50)), position=(100, 0), scale=(200, 100))
    (entry,) = draw([inner, fill()])
    assert entry.matrix == IDENTITY
    assert path_of(entry).contour(0).min(axis=0).tolist() == [90, -5]
    assert path_of(entry).contour(1).min(axis=0).tolist() == [98, 45]


def test_a_stroke_is_drawn_in_its_group_and_the_matrix_leads_out() -> None:
    inner = group(group(rectangle(10), position=(1, 1)), stroke(width=3), position=(100, 0), scale=(200, 200))
    (entry,) = draw([group(inner, position=(0, 7))])
    assert isinstance(entry.source, StrokeSource) and entry.source.width == 3
    assert entry.matrix == pytest.approx((2, 0, 0, 2, 100, 7))
    assert path_of(entry).bounds() == (-4, -4, 6, 6)


def test_hidden_items_do_not_count() -> None:
    hidden = (
        fill(0.1, hidden=True),
        rectangle(99, hidden=True),
        group(rectangle(), fill(0.2), hidden=True),
        replace(trim(0, 0), hidden=True),
    )
    (entry,) = draw([rectangle(), *hidden, fill(0.3)])
    assert red_of(entry) == 0.3 and path_of(entry).contours == 1


def test_direction_runs_a_primitive_backwards() -> None:
    forth, back = (path_of(draw([rectangle(reversed=r), fill()])[0]) for r in (False, True))
    assert back.points.tolist() == forth.points[::-1].tolist()


def test_a_flat_group_draws_nothing() -> None:
    assert draw([group(rectangle(), stroke(), scale=(0, 100))]) == ()


# --- paints ---


def test_fill_rule_and_digests_are_those_of_the_makers() -> None:
    (entry,) = draw([rectangle(), fill(rule=FillRule.EVEN_ODD)])
    assert isinstance(entry.source, FillSource)
    assert entry.source.digest == FillSource(entry.source.path, entry.source.paint, FillRule.EVEN_ODD).digest


def test_stroke_with_dashes() -> None:
    dashes = tuple(Dash(kind=kind, length=still(n)) for kind, n in (("d", 5), ("g", 3), ("d", 1), ("o", 7)))
    (entry,) = draw([line(10), stroke(cap=Cap.SQUARE, join=Join.BEVEL, miter_limit=still(9), dashes=dashes)])
    source = entry.source
    assert isinstance(source, StrokeSource)
    assert source.dashes == (5.0, 3.0, 1.0, 5.0, 3.0, 1.0) and source.dash_offset == 7
    assert (source.cap, source.join, source.miter_limit) == (Cap.SQUARE, Join.BEVEL, 9)
    twin = StrokeSource(
        source.path, source.paint, 2.0, cap=Cap.SQUARE, join=Join.BEVEL, miter_limit=9.0, dashes=source.dashes,
        dash_offset=7.0,
    )  # fmt: skip
    assert twin.digest == source.digest


@pytest.mark.parametrize(
    "paint", [fill(opacity=still(0)), stroke(width=0), stroke(width=-2), stroke(opacity=still(-5))]
)
def test_what_cannot_be_seen_is_not_drawn(paint: ShapeItem) -> None:
    assert draw([rectangle(), paint]) == ()


def test_opacity_and_blend_mode_go_to_the_command() -> None:
    (entry,) = draw([rectangle(), fill(opacity=still(40), blend_mode=1)])
    assert entry.opacity == pytest.approx(0.4) and entry.blend is BlendMode.MULTIPLY
    assert draw([rectangle(), fill(opacity=still(400), blend_mode=77)])[0].blend is BlendMode.NORMAL


def gradient(*numbers: float, count: int = 2, kind: GradientKind = GradientKind.LINEAR) -> Gradient:
    colors = GradientValue(count, still(*numbers))
    return Gradient(kind=kind, colors=colors, start=still(1, 2), end=still(3, 4))


def test_gradients() -> None:
    (entry,) = draw([rectangle(), Fill(paint=gradient(0, 1, 0, 0, 1, 0, 0, 1))])
    assert isinstance(entry.source, FillSource) and isinstance(entry.source.paint, GradientPaint)
    assert entry.source.paint.start == (1.0, 2.0) and entry.source.paint.end == (3.0, 4.0)
    assert entry.source.paint.stops.tolist() == [[0, 1, 0, 0, 1], [1, 0, 0, 1, 1]]
    assert draw([rectangle(), Stroke(paint=gradient(count=0), width=still(2))]) == ()


# --- opacity and blend mode of groups ---


def test_opacity_of_a_group_with_one_command_is_multiplied() -> None:
    (entry,) = draw([group(group(rectangle(), fill(opacity=still(50)), opacity=50), opacity=50)])
    assert isinstance(entry.source, FillSource) and entry.opacity == pytest.approx(0.125)


def test_opacity_of_a_group_with_more_commands_isolates_it() -> None:
    (entry,) = draw([group(rectangle(), stroke(0.1), fill(0.2), opacity=50, position=(9, 0))])
    assert isinstance(entry.source, GroupSource) and entry.matrix == IDENTITY and entry.opacity == 0.5
    assert reds(entry.source.commands) == [0.2, 0.1]
    assert {c.matrix[4] for c in entry.source.commands} == {9.0}


def test_blend_mode_of_a_group() -> None:
    (single,) = draw([group(rectangle(), fill(), blend_mode=2)])
    assert isinstance(single.source, FillSource) and single.blend is BlendMode.SCREEN
    (double,) = draw([group(rectangle(), fill(), stroke(), blend_mode=2)])
    assert isinstance(double.source, GroupSource) and double.blend is BlendMode.SCREEN
    (inner,) = draw([group(rectangle(), fill(blend_mode=1), opacity=50)])
    assert inner.blend is BlendMode.MULTIPLY and inner.opacity == 0.5


def test_a_full_or_clear_group_is_not_isolated() -> None:
    assert len(draw([group(rectangle(), fill(), stroke(), opacity=100)])) == 2
    assert draw([group(rectangle(), fill(), stroke(), opacity=0)]) == ()


# --- modifiers ---


def test_trim_acts_on_paths_above_it_for_paints_on_both_sides() -> None:
    commands = draw([line(100), stroke(0.1), trim(0, 50), stroke(0.2)])
    assert [path_of(c).bounds() for c in commands] == [pytest.approx((0, 0, 50, 0))] * 2
    assert path_of(commands[0]) is path_of(commands[1])
    (below,) = draw([trim(0, 50), line(100), stroke()])
    assert path_of(below).bounds() == (0, 0, 100, 0)


def test_trims_stack() -> None:
    (entry,) = draw([line(100), trim(0, 50), trim(50, 100), stroke()])
    assert path_of(entry).bounds() == pytest.approx((25, 0, 50, 0))


def test_a_trim_around_groups_acts_inside_them() -> None:
    inner = group(line(10), stroke(), scale=(1000, 1000))
    (entry,) = draw([inner, trim(0, 25)])
    assert path_of(entry).bounds() == pytest.approx((0, 0, 2.5, 0)) and entry.matrix[0] == 10


def test_trim_simultaneously_cuts_each_path() -> None:
    (entry,) = draw([line(100), group(line(50, 1)), trim(0, 50), stroke()])
    assert [path_of(entry).contour(i)[-1, 0] for i in range(2)] == pytest.approx([50, 25])


@pytest.mark.parametrize(("end", "lengths"), [(25, [40]), (50, [80]), (75, [100, 20]), (100, [100, 60])])
def test_trim_individually_goes_from_path_to_path(end: float, lengths: list[float]) -> None:
    (entry,) = draw([line(100), line(60, 1), trim(0, end, TrimMode.INDIVIDUALLY), stroke()])
    assert [path_of(entry).contour(i)[-1, 0] for i in range(path_of(entry).contours)] == pytest.approx(lengths)


def test_trim_individually_runs_through_groups_that_paint_themselves() -> None:
    items = [group(line(100), stroke(0.1)), group(line(60, 1), stroke(0.2)), trim(0, 75, TrimMode.INDIVIDUALLY)]
    lower, upper = draw(items)
    assert (red_of(upper), path_of(upper).points[-1, 0]) == (0.1, pytest.approx(100))
    assert (red_of(lower), path_of(lower).points[-1, 0]) == (0.2, pytest.approx(20))
    assert reds(draw([*items[:2], trim(0, 50, TrimMode.INDIVIDUALLY)])) == [0.1]


def test_trim_individually_measures_groups_as_they_lie() -> None:
    items = [group(line(10), stroke(0.1), scale=(1000, 100)), group(line(100, 1), stroke(0.2))]
    lower, upper = draw([*items, trim(0, 75, TrimMode.INDIVIDUALLY)])
    assert path_of(upper).points[-1, 0] == pytest.approx(10)
    assert path_of(lower).points[-1, 0] == pytest.approx(50)


def test_an_inner_trim_comes_before_an_outer_one() -> None:
    inner = group(line(100), stroke(), trim(50, 100))
    (entry,) = draw([inner, trim(0, 50)])
    assert path_of(entry).bounds() == pytest.approx((50, 0, 75, 0))


def test_merge_takes_paints_above_it_away() -> None:
    items = [rectangle(20), group(rectangle(4), fill(0.1)), stroke(0.2), Merge(mode=MergeMode.SUBTRACT), fill(0.3)]
    (entry,) = draw(items)
    assert red_of(entry) == 0.3
    assert sorted(len(path_of(entry).contour(i)) for i in range(2)) == [13, 13]


def test_a_merge_inside_a_group_stays_inside() -> None:
    inner = group(rectangle(20), fill(0.1), rectangle(4), Merge(mode=MergeMode.SUBTRACT), fill(0.2))
    commands = draw([rectangle(), fill(0.3), inner])
    assert reds(commands) == [0.2, 0.3]


def test_merge_of_nothing() -> None:
    assert draw([Merge(mode=MergeMode.ADD), fill()]) == ()
    assert path_of(draw([Merge(), rectangle(), fill()])[0]).contours == 1


def test_a_merge_that_fails_appends_and_says_so_once() -> None:
    findings: list[Finding] = []
    zero = np.zeros((3, 2))
    wild = PathShape(path=Property(Bezier(np.full((3, 2), np.nan), zero, zero, True)))
    mover = Ellipse(position=SplitPosition(moving(0, 5), still(0)), size=still(9, 9))
    items = (mover, wild, Merge(mode=MergeMode.ADD, pointer="/x"), fill())
    compiled = compile_items(items, findings.append)
    for frame in (0.0, 1.0):
        (entry,) = compiled.draw(still_sampler(frame))
        assert path_of(entry).contours == 2
    assert [(f.feature, f.place.pointer) for f in findings] == [("shape.merge", "/x")]


MODIFIERS: list[tuple[ShapeItem, Callable[[Path], bool]]] = [
    (RoundCorners(radius=still(2)), lambda p: len(p.points) == 25),
    (ZigZag(amplitude=still(1), frequency=still(2)), lambda p: len(p.points) == 37),
    (PuckerBloat(amount=still(50)), lambda p: p.points[0].tolist() == [2.5, -2.5]),
    (Twist(angle=still(45), center=still(0, 0)), lambda p: len(p.points) == 97),
    (OffsetPath(amount=still(3)), lambda p: p.bounds() == pytest.approx((-8, -8, 8, 8))),
]


@pytest.mark.parametrize(("modifier", "expected"), MODIFIERS, ids=[type(m).__name__ for m, _ in MODIFIERS])
def test_every_modifier_changes_the_paths_above_it(modifier: ShapeItem, expected: Callable[[Path], bool]) -> None:
    (entry,) = draw([rectangle(), modifier, fill()])
    assert expected(path_of(entry))
    (nested,) = draw([group(rectangle(), fill()), modifier])
    assert path_of(nested).points.tolist() == path_of(entry).points.tolist()


# --- repeaters ---


def test_a_repeater_repeats_paints_below_each_other() -> None:
    commands = draw([rectangle(), fill(0.1), stroke(0.2), repeater(3, position=(10, 0))])
    assert [(red_of(c), c.matrix[4]) for c in commands] == [
        (0.2, 20), (0.1, 20), (0.2, 10), (0.1, 10), (0.2, 0), (0.1, 0),
    ]  # fmt: skip
    assert len({id(c.source) for c in commands}) == 2


def test_copies_above_each_other() -> None:
    commands = draw([rectangle(), fill(), repeater(3, position=(10, 0), above=True, offset=-1)])
    assert [c.matrix[4] for c in commands] == [-10, 0, 10]


def test_copies_stand_inside_their_group() -> None:
    commands = draw([group(rectangle(), fill(), repeater(2, position=(10, 0)), scale=(200, 200), position=(5, 0))])
    assert [c.matrix[4] for c in commands] == [25, 5]


def test_copies_fade_as_a_whole() -> None:
    fading = repeater(2, start_opacity=100, end_opacity=0)
    lower, *upper = draw([rectangle(), fill(0.1), stroke(0.2), fading])
    assert isinstance(lower.source, GroupSource) and lower.opacity == 0.5 and len(upper) == 2
    assert [c.opacity for c in draw([rectangle(), fill(), fading])] == [0.5, 1.0]


def test_paints_below_a_repeater_see_all_copies() -> None:
    (entry,) = draw([rectangle(), repeater(3, position=(100, 0)), fill()])
    assert path_of(entry).contours == 3 and path_of(entry).bounds() == (-5, -5, 205, 5)


def test_too_many_copies_are_said() -> None:
    findings: list[Finding] = []
    compiled = compile_items((rectangle(), fill(), repeater(1e6)), findings.append)
    assert len(compiled.draw(still_sampler())) == MAX_COPIES
    assert findings[0].feature == "shape.repeater.copies"


def test_repeaters_in_repeaters_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAX_PIECES", 50)
    findings: list[Finding] = []
    inner = group(rectangle(), fill(), repeater(40))
    compiled = compile_items((inner, repeater(40)), findings.append)
    assert len(compiled.draw(still_sampler())) <= 50
    assert findings


# --- what moves, and what is kept ---


def test_still_items_are_evaluated_once() -> None:
    compiled = compile_items((rectangle(), fill()))
    assert not compiled.moves
    assert compiled.draw(still_sampler(0)) is compiled.draw(still_sampler(5))


@pytest.mark.parametrize(
    "items",
    [
        [
            Polystar(
                kind=StarKind.STAR, position=still(0, 0), points=moving(3, 9), rotation=still(0), outer_radius=still(9)
            )
        ],
        [Group(items=(rectangle(),), transform=Transform(rotation=moving(0, 90)))],
        [rectangle(), Trim(start=still(0), end=moving(0, 100), offset=still(0))],
        [
            rectangle(),
            rectangle(5),
            Trim(start=still(0), end=moving(9, 80), offset=still(0), mode=TrimMode.INDIVIDUALLY),
        ],
        [rectangle(), RoundCorners(radius=moving(0, 4))],
        [rectangle(), Repeater(copies=moving(1, 5), offset=still(0))],
        [rectangle(), rectangle(5, roundness=moving(0, 1)), Merge(mode=MergeMode.EXCLUDE)],
    ],
    ids=["primitive", "group", "trim", "individually", "round", "repeater", "merge"],
)
def test_whatever_moves_moves_the_whole(items: Items) -> None:
    compiled = compile_items((*items, fill()))
    assert compiled.moves
    first, second = compiled.draw(still_sampler(2)), compiled.draw(still_sampler(7))
    assert [c.digest for c in first] != [c.digest for c in second]
    assert [c.digest for c in compiled.draw(still_sampler(2))] == [c.digest for c in first]
    assert [c.digest for c in compile_items((*items, fill())).draw(still_sampler(7))] == [c.digest for c in second]


def test_unused_motion_does_not_count() -> None:
    hidden = Ellipse(position=moving(0, 9), size=still(5, 5), hidden=True)
    assert not compile_items((hidden, rectangle(), fill())).moves


def test_a_moving_color_keeps_the_path() -> None:
    color: Property[Vector] = Property(
        (0.0, 0.0, 0.0), (Keyframe(0.0, (0.0, 0.0, 0.0)), Keyframe(10.0, (1.0, 0.0, 0.0)))
    )
    compiled = compile_items((rectangle(), Fill(paint=color), stroke(0.5)))
    first, second = compiled.draw(still_sampler(0)), compiled.draw(still_sampler(5))
    assert red_of(second[1]) == pytest.approx(0.5) and first[1].digest != second[1].digest
    assert path_of(first[1]) is path_of(second[1])
    assert first[0] is second[0]


def test_a_moving_group_keeps_its_sources() -> None:
    compiled = compile_items((Group(items=(rectangle(), fill()), transform=Transform(rotation=moving(0, 90))),))
    first, second = compiled.draw(still_sampler(0)), compiled.draw(still_sampler(5))
    assert first[0].source is second[0].source and first[0].matrix != second[0].matrix
    assert compiled.draw(still_sampler(5)) is second


def test_an_isolated_group_that_stands_still_is_kept() -> None:
    still_group = group(rectangle(), fill(), stroke(), opacity=50)
    mover = Group(items=(rectangle(), fill()), transform=Transform(rotation=moving(0, 90)))
    compiled = compile_items((still_group, mover))
    assert compiled.draw(still_sampler(0))[1] is compiled.draw(still_sampler(5))[1]


def test_numbers_that_are_not_finite_do_no_harm() -> None:
    wild = Rectangle(position=Property((float("nan"), float("inf"))), size=still(10, 10))
    (entry,) = draw([wild, fill()])
    assert path_of(entry).bounds() == (-5, -5, 5, 5)


def test_deep_nesting_is_cut_off_and_said() -> None:
    findings: list[Finding] = []
    nested: ShapeItem = rectangle()
    for _ in range(MAX_DEPTH + 50):
        nested = group(nested, fill())
    compiled = compile_items((nested,), findings.append)
    assert compiled.draw(still_sampler()) == ()
    assert [f.feature for f in findings] == ["shape.depth"]


def test_modifiers_in_a_row_without_end_need_no_recursion() -> None:
    compiled = compile_items((rectangle(10), *[trim(0, 100)] * 2000, fill()))
    (entry,) = compiled.draw(still_sampler())
    assert path_of(entry).bounds() == (-5, -5, 5, 5)


# --- glyph outlines ---


def test_items_of_a_glyph() -> None:
    items = (group(rectangle(10, x=5), position=(1, 0)), trim(0, 100), fill(0.7))
    drawing = compile_items(items)
    (entry,) = drawing.draw(still_sampler())
    assert red_of(entry) == 0.7
    assert items_path(items, still_sampler()).bounds() == (1, -5, 11, 5)
    assert drawing.draw(still_sampler())[0] is entry
    assert items_path((), still_sampler()).contours == 0


# --- what a document may ask for ---


def compiled_with_findings(items: Items, frame: float = 0.0) -> tuple[Sequence[DrawCommand], list[Finding]]:
    findings: list[Finding] = []
    return compile_items(tuple(items), findings.append).draw(still_sampler(frame)), findings


def test_repeaters_within_each_other_copy_only_so_much_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them stays below MAX_PIECES where its copies fade, while all of them double without end."""
    monkeypatch.setattr(drawing, "MAX_COPIED", 40)
    deep = group(rectangle(), fill(), repeater(2))
    for _ in range(60):
        deep = group(deep, repeater(2, start_opacity=50, end_opacity=50))
    commands, findings = compiled_with_findings([deep])
    assert commands
    assert {finding.feature for finding in findings} == {"shape.repeater.copies"}


def test_paths_of_repeaters_within_each_other_are_bounded() -> None:
    deep = group(rectangle(), repeater(2))
    for _ in range(60):
        deep = group(deep, repeater(2))
    (entry,), _ = compiled_with_findings([deep, fill()])
    assert path_of(entry).contours == 32_768  # the power of two below 2,000,000 points of 40 for each path


def test_a_layer_whose_paints_take_paths_too_often_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [item for number in range(6) for item in (rectangle(number + 1), fill())]
    monkeypatch.setattr(tree, "MAX_LINKS", 1 + 2 + 3 + 4 + 5 + 6 + 6)  # the fills, and the outline of all
    commands, findings = compiled_with_findings(items)
    assert (len(commands), findings) == (6, [])
    monkeypatch.setattr(tree, "MAX_LINKS", 26)
    commands, findings = compiled_with_findings(items)
    assert (len(commands), [finding.feature for finding in findings]) == (0, ["shape.links"])


@pytest.mark.parametrize("mode", list(TrimMode))
def test_trims_measure_only_so_much_and_leave_the_rest_whole(mode: TrimMode, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [line(100), trim(0, 50, mode), trim(0, 50, mode), stroke()]
    (entry,), findings = compiled_with_findings(items)
    assert path_of(entry).bounds() == pytest.approx((0, 0, 25, 0))
    assert findings == []
    monkeypatch.setattr(tree, "MAX_MEASURED", 2)  # the vertices of the line: the second trim finds no room
    (entry,), findings = compiled_with_findings(items)
    assert path_of(entry).bounds() == pytest.approx((0, 0, 50, 0))
    assert [finding.feature for finding in findings] == ["shape.trim"]
