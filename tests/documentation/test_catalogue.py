"""Whatever the engine draws by name has a picture and a sentence in the documentation, and the picture shows it."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from pages import catalogue, effects, looks, texts
from pages.drawing import drawn
from pages.scenes import Scene, Subject, ground, photo, scene

from velocity_engine.builtin.effects import velocity_effects
from velocity_engine.builtin.styles import velocity_styles
from velocity_engine.customize.entries import FITS
from velocity_engine.customize.texts import TEXT_FITS
from velocity_engine.model.layers import BlendMode, MaskMode, MatteMode
from velocity_engine.model.text import TextStyle

PAGES = {page.name: page for page in catalogue.pages()}
WIDTH = 160


@cache
def pixels(key: tuple[str, str]) -> NDArray[np.int16]:
    page, entry = key
    return _drawn(next(one.scene for one in PAGES[page].entries if one.key == entry))


def _drawn(shown: Scene) -> NDArray[np.int16]:
    return np.asarray(drawn("", shown, WIDTH), np.int16)


def test_every_effect_that_a_document_can_name() -> None:
    named = {one.key for one in velocity_effects() if one.match_names or one.lottie_types}
    assert set(effects.EFFECTS) == named


def test_effects_are_asked_for_by_their_own_match_names() -> None:
    for one in velocity_effects():
        if shown := effects.EFFECTS.get(one.key):
            assert shown.match_name in one.match_names


def test_every_other_thing_that_has_a_name() -> None:
    assert set(looks.STYLES) == {one.key for one in velocity_styles()}
    assert set(looks.BLENDS) == {mode.value for mode in BlendMode}
    assert set(looks.MASKS) == {mode.value for mode in MaskMode}
    assert set(looks.MATTES) == {mode.value for mode in MatteMode}
    assert set(looks.FITS) == set(FITS)
    assert set(looks.TEXT_FITS) == {None, *TEXT_FITS}
    assert set(texts.PROPERTIES) == {field.name for field in dataclasses.fields(TextStyle)}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_each_entry_has_a_name_and_whole_sentences(page: catalogue.Page) -> None:
    keys = [one.key for one in page.entries]
    assert len(set(keys)) == len(keys)
    for one in page.entries:
        assert one.look.title and one.look.sentence[0].isupper() and one.look.sentence.endswith(".")
    text = catalogue.markdown(page, {key: f"{key}.webp" for key in keys})
    assert all(f"![{one.look.sentence}]({one.key}.webp)" in text for one in page.entries)


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_no_two_pictures_of_a_page_are_the_same(page: catalogue.Page) -> None:
    """Drawn without a finding, which ``drawn`` refuses; what does nothing would look like another one."""
    seen: dict[bytes, str] = {}
    for one in page.entries:
        same = seen.setdefault(pixels((page.name, one.key)).tobytes(), one.key)
        assert same == one.key, f"{one.key} looks like {same}"


@pytest.mark.parametrize("key", effects.EFFECTS)
def test_an_effect_changes_its_subject_visibly(key: str) -> None:
    before = pixels(("effects", f"before-{effects.EFFECTS[key].subject.value}"))
    after = pixels(("effects", key))
    assert np.abs(after - before).max() > 20
    assert len(np.unique(after.reshape(-1, 3), axis=0)) > 1, "nothing is seen but the ground"


def test_a_picture_with_a_finding_is_refused() -> None:
    unknown = {"ty": 5, "nm": "Lens", "mn": "ADBE Lens Flare", "np": 3, "ix": 1, "en": 1, "ef": []}
    with pytest.raises(ValueError, match="Lens"):
        drawn("a lens flare", scene([photo(ef=[unknown]), ground()]), WIDTH)


def test_subjects_differ() -> None:
    assert len({_drawn(effects.before(kind)).tobytes() for kind in Subject}) == len(Subject)
