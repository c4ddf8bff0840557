from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from text_support import Context, animator, saying

from velocity_engine.model.properties import Bezier, still
from velocity_engine.model.text import Animator, Justify, RangeSelector, TextDocument, TextPathOptions
from velocity_engine.text.animators import Changes, changes_at, offset_character, replaced_text
from velocity_engine.text.cluster_matrices import anchors_of, cluster_matrices, flat_matrices
from velocity_engine.text.fit import fit_text
from velocity_engine.text.fonts import FontCatalogue
from velocity_engine.text.layout import Layout
from velocity_engine.text.on_path import clusters_on_path, measured
from velocity_engine.text.still import STILL

ALL = RangeSelector()
HALF = RangeSelector(end=still(50))
QUARTER = RangeSelector(amount=still(25))


def laid(document: TextDocument) -> Layout:
    return fit_text(document, FontCatalogue(Context()).choose, ligatures=False).layout


def changed(document: TextDocument, *animators: Animator) -> Changes:
    return changes_at(laid(document), document, animators, STILL, 0)


def matrices(
    document: TextDocument, *animators: Animator, grouping: int = 1, alignment: tuple[float, float] = (0, 0)
) -> tuple[Layout, NDArray[np.float64]]:
    layout = laid(document)
    changes = changes_at(layout, document, animators, STILL, 0)
    anchors = anchors_of(layout, grouping).at(np.array(alignment, np.float64))
    return layout, cluster_matrices(layout, anchors, document.justify, changes, None)


def applied(matrix: Any, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e, b * x + d * y + f)


def test_moves_and_turns_add_up_and_sizes_multiply() -> None:
    changes = changed(
        saying("ab"),
        animator(HALF, position=(10, 20), rotation=(30,), scale=(200, 50), skew=(5,), anchor=(1, 2)),
        animator(QUARTER, position=(4, 0), rotation=(40,), scale=(300,)),
    )
    assert changes.position.tolist() == [[11, 20], [1, 0]]
    assert changes.rotation[:, 2].tolist() == [40, 10]
    assert changes.scale.tolist() == [[2 * 1.5, 0.5 * 1.5], [1.5, 1.5]]
    assert changes.skew.tolist() == [5, 0]
    assert changes.anchor.tolist() == [[1, 2], [0, 0]]


def test_colours_and_opacity_are_mixed_in() -> None:
    changes = changed(
        saying("ab", fill=(0.0, 0.0, 0.0)), animator(HALF, fill=(1, 0.5, 0)), animator(QUARTER, opacity=(0,))
    )
    assert changes.fill is not None
    assert changes.fill == pytest.approx(np.array([[1, 0.5, 0, 0.75], [0, 0, 0, 0.75]]))


def test_a_later_opacity_takes_the_place_of_an_earlier_one() -> None:
    """The way of After Effects' presets: all characters off, then on again where the second range has come."""
    changes = changed(saying("ab"), animator(ALL, opacity=(0,)), animator(HALF, opacity=(100,)))
    assert changes.fill is not None
    assert changes.fill[:, 3].tolist() == [1, 0]


def test_an_opacity_that_is_selected_in_part_is_mixed_in() -> None:
    changes = changed(saying("a"), animator(ALL, opacity=(50,)), animator(QUARTER, opacity=(0,)))
    assert changes.fill is not None
    assert changes.fill[0, 3] == pytest.approx(0.375)


def test_the_opacity_of_the_fill_and_that_of_the_characters_multiply() -> None:
    changes = changed(saying("a"), animator(ALL, opacity=(50,)), animator(ALL, opacity=(50,), fill_opacity=(50,)))
    assert changes.fill is not None
    assert changes.fill[0, 3] == pytest.approx(0.25)


def test_a_colour_the_text_lacks_fades_in() -> None:
    changes = changed(saying("ab", stroke=None), animator(HALF, stroke=(1, 0, 0), stroke_width=(3,)))
    assert changes.stroke is not None
    assert changes.stroke.tolist() == [[1, 0, 0, 1], [1, 0, 0, 0]]
    assert changes.stroke_width.tolist() == [3, 0]


def test_hue_saturation_and_brightness_shift_the_fill() -> None:
    changes = changed(saying("a", fill=(1.0, 0.0, 0.0)), animator(ALL, fill_hue=(120,)))
    assert changes.fill is not None
    assert changes.fill[0, :3] == pytest.approx([0, 1, 0])
    darker = changed(saying("a", fill=(1.0, 0.0, 0.0)), animator(ALL, fill_brightness=(-50,), fill_saturation=(-100,)))
    assert darker.fill is not None
    assert darker.fill[0, :3] == pytest.approx([0.5, 0.5, 0.5])


def test_without_animators_everything_stands_at_its_origin() -> None:
    layout, placed = matrices(saying("Hi\rH"))
    assert placed == pytest.approx(flat_matrices(layout))


def test_characters_turn_and_scale_about_the_middle_of_their_baseline() -> None:
    layout, placed = matrices(saying("Hi"), animator(ALL, scale=(200, 300), rotation=(90,)))
    for k in range(2):
        middle = layout.advance[k] / 2
        assert applied(placed[k], middle, 0.0) == pytest.approx((layout.x[k] + middle, 0.0))
    assert placed[0][:4] == pytest.approx([0, 2, -3, 0], abs=1e-12)  # clockwise, after scaling


def test_grouping_alignment_moves_the_anchor() -> None:
    layout, placed = matrices(saying("Hi"), animator(ALL, rotation=(180,)), alignment=(-100, -50))
    assert applied(placed[1], 0.0, -layout.ascent[1] / 2) == pytest.approx((layout.x[1], -layout.ascent[1] / 2))


def test_words_turn_as_one() -> None:
    layout, placed = matrices(saying("ab cd"), animator(ALL, rotation=(180,)), grouping=2)
    middle = (layout.x[0] + layout.x[1] + layout.advance[1]) / 2
    for k in (0, 1):
        assert applied(placed[k], middle - layout.x[k], 0.0) == pytest.approx((middle, 0.0))
    second = (layout.x[3] + layout.x[4] + layout.advance[4]) / 2
    assert applied(placed[4], second - layout.x[4], 0.0) == pytest.approx((second, 0.0))


def test_lines_and_the_whole_turn_as_one() -> None:
    layout, placed = matrices(saying("ab\rabc"), animator(ALL, rotation=(180,)), grouping=3)
    right = layout.x[4] + layout.advance[4]
    assert applied(placed[2], right / 2, 0.0) == pytest.approx((right / 2, 120.0))
    layout, placed = matrices(saying("ab\rabc"), animator(ALL, rotation=(180,)), grouping=4)
    for k in range(5):
        assert applied(placed[k], right / 2 - layout.x[k], 60.0 - layout.y[k]) == pytest.approx((right / 2, 60.0))


def test_position_and_anchor() -> None:
    layout, placed = matrices(saying("Hi"), animator(ALL, position=(5, 7), anchor=(1, 2)))
    assert placed[1][4:] == pytest.approx([layout.x[1] + 4, 5])


def test_turns_about_x_and_y_flatten() -> None:
    _, placed = matrices(saying("H"), animator(ALL, rotation_x=(60,)))
    assert placed[0][:4] == pytest.approx([1, 0, 0, 0.5])
    _, placed = matrices(saying("H"), animator(ALL, rotation_y=(60,)))
    assert placed[0][:4] == pytest.approx([0.5, 0, 0, 1])


def test_skew_leans_like_a_layers() -> None:
    from velocity_engine.model.geometry import skewing

    _, placed = matrices(saying("H"), animator(ALL, skew=(20,), skew_axis=(30,)))
    assert placed[0][:4] == pytest.approx(list(skewing(20, 30))[:4])


@pytest.mark.parametrize(
    ("justify", "shift"), [(Justify.LEFT, [0, 10, 20]), (Justify.CENTER, [-10, 0, 10]), (Justify.RIGHT, [-20, -10, 0])]
)
def test_tracking_grows_from_the_side_of_alignment(justify: Justify, shift: list[float]) -> None:
    layout, placed = matrices(saying("HHH", justify=justify), animator(ALL, tracking=(10,)))
    assert placed[:, 4] - layout.x == pytest.approx(shift)


def test_a_line_anchor_takes_the_place_of_the_alignment() -> None:
    layout, placed = matrices(saying("HHH"), animator(ALL, tracking=(10,), line_anchor=(100,)))
    assert placed[:, 4] - layout.x == pytest.approx([-20, -10, 0])


def test_tracking_of_some_characters_stands_half_before_and_half_after() -> None:
    layout, placed = matrices(saying("HHHH"), animator(RangeSelector(start=still(25), end=still(50)), tracking=(10,)))
    assert placed[:, 4] - layout.x == pytest.approx([0, 5, 10, 10])


def test_line_spacing_moves_all_lines_but_the_first() -> None:
    layout, placed = matrices(saying("H\rH\rH"), animator(ALL, line_spacing=(3, 10)))
    assert placed[:, 5] - layout.y == pytest.approx([0, 10, 20])
    assert placed[:, 4] - layout.x == pytest.approx([0, 3, 6])


# --- characters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("character", "offset", "result"),
    [("A", 1, "B"), ("Z", 1, "A"), ("a", -1, "z"), ("9", 2, "1"), ("é", 1, "ê"), ("!", -5, "!")],
)
def test_offsets_keep_case_and_digits(character: str, offset: int, result: str) -> None:
    assert offset_character(character, offset) == result


def test_character_offsets_and_values_keep_spaces_and_lines() -> None:
    document = saying("ab c\rz9")
    layout = laid(document)
    assert replaced_text(layout, document, (animator(ALL, character_offset=(1,)),), STILL, 0).text == "bc d\ra0"
    assert replaced_text(layout, document, (animator(HALF, character_value=(120,)),), STILL, 0).text == "xx c\rz9"


# --- along a path ---------------------------------------------------------------------------------------------------


def line(*points: tuple[float, float], closed: bool = False) -> Bezier:
    vertices = np.array(points, np.float64)
    return Bezier(vertices, np.zeros_like(vertices), np.zeros_like(vertices), closed)


def on_path(
    document: TextDocument, path: Bezier, *animators: Animator, grouping: int = 1, **options: Any
) -> tuple[Layout, NDArray[np.float64]]:
    layout = laid(document)
    places = clusters_on_path(layout, document, TextPathOptions(mask=0, **options), path, STILL)
    changes = changes_at(layout, document, animators, STILL, 0)
    anchors = anchors_of(layout, grouping).at(np.zeros(2))
    return layout, cluster_matrices(layout, anchors, document.justify, changes, places)


def test_a_straight_path_is_a_line_somewhere_else() -> None:
    layout, placed = on_path(saying("Hi"), line((100, 50), (600, 50)))
    assert placed == pytest.approx(flat_matrices(layout) + np.array([0, 0, 0, 0, 100, 50]))


def test_a_path_downwards_turns_the_characters() -> None:
    layout, placed = on_path(saying("Hi"), line((100, 50), (100, 600)))
    assert placed[1] == pytest.approx([0, 1, -1, 0, 100, 50 + layout.x[1]], abs=1e-9)
    _, upright = on_path(saying("Hi"), line((100, 50), (100, 600)), perpendicular=still(0))
    assert upright[1][:4] == pytest.approx([1, 0, 0, 1])


@pytest.mark.parametrize(
    ("justify", "side", "margin"), [(Justify.LEFT, 0, 20), (Justify.CENTER, 0.5, 20 - 40), (Justify.RIGHT, 1, -40)]
)
def test_text_on_a_path_moves_by_the_whole_margin_of_its_side(justify: Justify, side: float, margin: float) -> None:
    """Centred text by both: Skottie and lottie-web agree."""
    layout, placed = on_path(
        saying("Hi", justify=justify), line((0, 0), (500, 0)), first_margin=still(20), last_margin=still(-40)
    )
    width = layout.widths[0]
    assert placed[0][4] == pytest.approx(margin + side * (500 - width))


def test_the_characters_of_a_group_keep_together_on_a_path() -> None:
    """A word on a corner turns as one about the place of its middle, as in Skottie and lottie-web."""
    corner = line((0, 0), (40, 0), (40, 500))
    layout, alone = on_path(saying("HHHH"), corner)
    assert len({tuple(row[:4].round(6)) for row in alone}) == 2
    _, together = on_path(saying("HHHH"), corner, grouping=2)
    middle = layout.widths[0] / 2
    down = np.stack([np.full(4, 40.0), layout.x - middle + (middle - 40)], axis=1)
    assert together[:, :4] == pytest.approx(np.tile([0, 1, -1, 0], (4, 1)), abs=1e-9)
    assert together[:, 4:] == pytest.approx(down)


def test_force_alignment_reaches_from_end_to_end() -> None:
    layout, placed = on_path(saying("HiH"), line((0, 0), (500, 0)), force_alignment=still(1))
    assert placed[0][4] == pytest.approx(0.0, abs=1e-9)
    assert placed[2][4] + layout.advance[2] == pytest.approx(500.0)
    assert placed[1][4] + layout.advance[1] / 2 == pytest.approx(250.0)


def test_a_reversed_path_runs_from_its_end() -> None:
    _, placed = on_path(saying("H"), line((0, 0), (500, 0)), reversed=still(1))
    assert placed[0] == pytest.approx([-1, 0, 0, -1, 500, 0], abs=1e-9)


def test_a_closed_path_goes_round_and_an_open_one_straight_on() -> None:
    square = measured(line((0, 0), (10, 0), (10, 10), (0, 10), closed=True))
    assert square is not None
    assert square.total == pytest.approx(40)
    points, _ = square.at(np.array([45.0, -5.0]))
    assert points == pytest.approx(np.array([[5, 0], [0, 5]]), abs=1e-9)
    straight = measured(line((0, 0), (10, 0)))
    assert straight is not None
    assert straight.at(np.array([15.0, -5.0]))[0] == pytest.approx(np.array([[15, 0], [-5, 0]]))


def test_a_circle_is_measured() -> None:
    k = 0.5522847498 * 100
    vertices = np.array([[100, 0], [0, 100], [-100, 0], [0, -100]], np.float64)
    tangents = np.array([[0, k], [-k, 0], [0, -k], [k, 0]])
    circle = measured(Bezier(vertices, -tangents, tangents, True))
    assert circle is not None
    assert circle.total == pytest.approx(2 * np.pi * 100, rel=1e-3)


@pytest.mark.parametrize("path", [line((5, 5)), line((5, 5), (5, 5)), line((1, 1), (1, 1), closed=True)])
def test_a_path_without_length_leaves_the_text_straight(path: Bezier) -> None:
    layout, placed = on_path(saying("Hi"), path)
    assert placed == pytest.approx(flat_matrices(layout))


def test_positions_move_along_and_across_the_path() -> None:
    layout, placed = on_path(saying("H"), line((0, 0), (0, 500)), animator(ALL, position=(30, 7)))
    assert placed[0][4:] == pytest.approx([-7, 30], abs=1e-9)
    assert len(layout) == 1
