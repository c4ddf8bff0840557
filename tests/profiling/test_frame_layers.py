"""Where layers draw, and which tiles they make dirty."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from clear_template import clear_template
from proofs_support import write_template

import velocity_engine as ve

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"


@pytest.fixture
def card(tmp_path: Path) -> Iterator[ve.Template]:
    with ve.open_template(write_template(tmp_path)) as template:
        yield template


def test_boxes_hold_what_is_drawn_and_no_more(card: ve.Template) -> None:
    shown = ve.frame_layers(card, 35)
    boxes = {layer.layer: layer.box for layer in shown.layers}
    assert boxes["Photo"] == (140, 10, 190, 60)
    with card.customized([{"layer": "Photo", "visible": False}, {"layer": "Comp/Inside", "visible": False}]) as title:
        seen = np.argwhere(title.still(35).pixels[..., 3])
    box = boxes["Title"]
    assert box is not None
    assert (box[0] <= seen[:, 1].min() <= box[0] + 1) and (box[2] - 1 <= seen[:, 1].max() + 1 <= box[2])
    assert (box[1] <= seen[:, 0].min() <= box[1] + 1) and (box[3] - 1 <= seen[:, 0].max() + 1 <= box[3])


def test_layers_of_a_composition_have_their_addresses_and_fill_the_layer_that_shows_it(card: ve.Template) -> None:
    boxes = {layer.layer: layer.box for layer in ve.frame_layers(card, 35).layers}
    assert boxes["Comp/Inside"] == boxes["Shown"]
    assert set(boxes) == {layer.path for layer in card.layers}
    assert {layer.layer for layer in ve.frame_layers(card, 10).layers} == {"Title", "Photo"}


def test_coordinates_are_those_of_the_size_that_was_asked_for(card: ve.Template) -> None:
    boxes = {layer.layer: layer.box for layer in ve.frame_layers(card, 10, size=(400, 240)).layers}
    assert boxes["Photo"] == (280, 20, 380, 120)


def test_what_comes_makes_its_tiles_dirty(card: ve.Template) -> None:
    shown = ve.frame_layers(card, 30)
    tiles = {layer.layer: layer.tiles for layer in shown.layers if layer.tiles}
    assert tiles == {"Comp/Inside": ((0, 1),), "Shown": ((0, 1),)}
    assert (0, 1) in shown.dirty
    assert ve.frame_layers(card, 31).dirty == ()


def test_at_the_first_frame_all_is_new_and_no_layer_is_the_reason(card: ve.Template) -> None:
    shown = ve.frame_layers(card)
    assert len(shown.dirty) == 4 * 2
    assert not any(layer.tiles for layer in shown.layers)


def test_what_moves_is_the_reason_and_what_it_moves_over_is_not(tmp_path: Path) -> None:
    with clear_template(tmp_path, 20) as template:
        shown = ve.frame_layers(template, 10)
    (disc,) = shown.layers
    assert disc.layer == "Disc"
    assert set(disc.tiles) == set(shown.dirty)


def test_the_tiles_of_all_layers_are_drawn_again() -> None:
    with ve.open_template(DEMO) as template:
        for frame in (1, 40, 75, 149):
            shown = ve.frame_layers(template, frame, size=(640, 360))
            assert {tile for layer in shown.layers for tile in layer.tiles} <= set(shown.dirty)


def test_a_frame_that_is_not_there(card: ve.Template) -> None:
    with pytest.raises(ve.FrameRangeError):
        ve.frame_layers(card, 40)
