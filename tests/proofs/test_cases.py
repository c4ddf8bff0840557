"""The cases of a template: which layers are filled in with what, and when that is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from proofs_support import write_template

import velocity_engine as ve
from velocity_engine.proofs.cases import best_frames, cases_of
from velocity_engine.proofs.pictures import pictures
from velocity_engine.proofs.proof import draw_proofs, proof_size
from velocity_engine.proofs.sheet import CELL, contact_sheet
from velocity_engine.proofs.texts import texts_for


@pytest.fixture
def card(tmp_path: Path) -> Iterator[ve.Template]:
    with ve.open_template(write_template(tmp_path)) as template:
        yield template


def test_each_text_and_picture_is_tried_out_alone_and_with_its_like(card: ve.Template) -> None:
    names = [case.name for case in cases_of(card)]
    texts = ("long", "short", "right to left", "emoji", "missing")
    assert names == [
        "as designed",
        *(f"all texts: {kind}" for kind in texts),
        *(f"Title: {kind}" for kind in texts),
        *(f"Comp/Inside: {kind}" for kind in texts),
        *(f"Photo: {kind}" for kind in ("tall", "wide", "transparent")),
    ]


def test_a_layer_is_looked_at_while_it_is_seen(card: ve.Template) -> None:
    best = best_frames(card)
    assert best["Comp/Inside"] >= 30
    frames = {case.name: case.frames for case in cases_of(card)}
    assert frames["Comp/Inside: long"] == (best["Comp/Inside"],)
    assert frames["Photo: tall"] == (best["Photo"],)


def test_layers_and_frames_that_were_asked_for(card: ve.Template) -> None:
    cases = cases_of(card, ["Title"], [3, 5, 3])
    assert {case.layer for case in cases} == {"", "Title"}
    assert {case.frames for case in cases} == {(3.0, 5.0)}
    with pytest.raises(ve.CustomizationError, match=r"no text or picture layer 'Titel'.*Title, Photo, Comp/Inside"):
        cases_of(card, ["Titel"])
    with pytest.raises(ve.FrameRangeError):
        cases_of(card, (), [99])


def test_a_long_text_is_longer_than_what_stood_there() -> None:
    assert len(texts_for("Hi")["long"]) >= 48
    assert len(texts_for("x" * 200)["long"]) >= 600
    assert texts_for("Hi")["missing"] == ""


def test_pictures_are_of_the_shapes_that_they_say() -> None:
    made = pictures()
    shapes = {kind: pixels.shape[:2] for kind, pixels in made.items()}
    assert shapes["tall"][0] > 2 * shapes["tall"][1]
    assert shapes["wide"][1] > 2 * shapes["wide"][0]
    assert set(np.unique(made["transparent"][..., 3])) == {0, 128, 255}
    assert (made["tall"][..., 3] == 255).all()


def test_proofs_show_what_was_filled_in_and_say_which_text_leaves_the_picture(card: ve.Template) -> None:
    size = proof_size(card)
    assert size == (200, 120)
    proofs = {proof.case.name: proof for proof in draw_proofs(card, cases_of(card, ["Title", "Photo"], [5]), size)}
    plain = proofs["as designed"].pixels
    assert plain is not None
    for name, proof in proofs.items():
        assert proof.pixels is not None
        assert name == "as designed" or not np.array_equal(proof.pixels, plain), name
    assert proofs["Title: long"].remarks[0].startswith("the text of Title reaches ")
    assert proofs["Title: long"].remarks[0].endswith(" pixels beyond the right of the picture")
    assert proofs["Title: short"].remarks == ()
    missing = proofs["Title: missing"].pixels
    assert missing is not None
    assert not missing[10:35, 5:80].any(), "a text is seen that was taken away"


def test_a_case_that_cannot_be_drawn_says_why_and_the_others_are_drawn(tmp_path: Path) -> None:
    place = write_template(tmp_path)
    (place / "images" / "photo.png").write_bytes(b"no picture")
    with ve.open_template(place) as template:
        proofs = list(draw_proofs(template, cases_of(template, ["Photo"], [5, 6]), (100, 60)))
    assert len(proofs) == 2 * 4
    by_name = {proof.case.name: proof for proof in proofs}
    assert any(finding.severity == "error" for finding in by_name["as designed"].findings)
    assert not by_name["Photo: tall"].findings


def test_the_sheet_has_a_row_for_each_layer(card: ve.Template) -> None:
    proofs = list(draw_proofs(card, cases_of(card, ["Title"], [5]), (100, 60)))
    sheet = contact_sheet("Card", proofs)
    assert sheet.width >= 5 * CELL
    taller = contact_sheet("Card", list(draw_proofs(card, cases_of(card, ["Title", "Photo"], [5]), (100, 60))))
    assert taller.height > sheet.height
    assert len(sheet.getcolors(1 << 24) or ()) > 20
