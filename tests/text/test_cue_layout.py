"""How much is laid out to find the size and the lines of a cue."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from text_support import Context

from velocity_engine.captions.cues import Cue
from velocity_engine.errors import Place
from velocity_engine.model.text import TextDocument
from velocity_engine.text import cue_layout
from velocity_engine.text.cue_layout import Room, SetCue, set_cue
from velocity_engine.text.typesetter import LayerTypesetter, catalogue_of
from velocity_engine.typesetting import SetText

ROOM = Room(box=(64.0, 64.0, 1216.0, 656.0), size=43.2, lines=2, font="Inter-Bold", position="bottom", pad=(0.34, 0.16))


class Counting:
    """A typesetter that counts what it is asked to lay out."""

    def __init__(self) -> None:
        self._setter = LayerTypesetter(catalogue_of(Context()), Place(), lambda _finding: None)
        self.count = 0

    def set(self, document: TextDocument) -> SetText:
        self.count += 1
        return self._setter.set(document)


def laid_out(text: str, room: Room = ROOM) -> tuple[SetCue, int]:
    setter = Counting()
    return set_cue(Cue(0.0, 1.0, text), setter, room), setter.count


def test_what_cannot_fit_is_not_laid_out_to_see_that() -> None:
    """1,000 letters on two lines: the size is searched in nine steps, and the width in six."""
    found, count = laid_out(" ".join(f"{number}x{number}" for number in range(400))[:1000])
    assert found.size < ROOM.size / 3
    assert count <= 9


def test_a_cue_that_fits_is_laid_out_three_times_at_most() -> None:
    assert laid_out("Hello there")[1] <= 3


@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_what_it_would_find_by_laying_all_out(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words that are wider than a line among them, and lines of one letter that is wider than its room."""
    chance, cues = random.Random(seed), []
    for _ in range(8):
        lengths = [chance.choice((1, 2, 5, 9, 30)) for _ in range(chance.choice((1, 3, 12, 40)))]
        text = " ".join("".join(chance.choices("abcWi.,lm", k=length)) for length in lengths)[:500].strip()
        box = chance.choice((ROOM.box, (0.0, 0.0, 60.0, 300.0), (0.0, 0.0, 8.0, 8.0)))
        size = ROOM.size * chance.choice((0.3, 1.0, 2.0, 5.0))
        cues.append((text, replace(ROOM, lines=chance.randint(1, 6), box=box, size=size)))
    mine = [laid_out(text, room) for text, room in cues]
    monkeypatch.setattr(cue_layout._Ink, "is_beyond", lambda *_arguments: False)
    theirs = [laid_out(text, room) for text, room in cues]
    assert [(one.size, one.block, one.letters.points.tobytes()) for one, _count in mine] == [
        (one.size, one.block, one.letters.points.tobytes()) for one, _count in theirs
    ]
    assert sum(count for _one, count in mine) < sum(count for _one, count in theirs)
