"""Captions as a value: what they may be, their order, their way through JSON, and the files for players."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine.captions.cues import timed_words
from velocity_engine.captions.reading import cues_of

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
HELLO = ve.Cue(0.5, 2.0, words=[ve.Word("Hello", 0.5, 1.0), ve.Word("you", 1.0, 2.0)])
FULL = ve.Captions(
    cues=[HELLO, ve.Cue(3, 4, "a < b\n& c")],
    style="karaoke",
    layer="Subtitle",
    position="top",
    safe_area=0.1,
    lines=1,
    size=0.1,
    font="Inter-Regular",
    color="#ff0000",
    highlight="#00ff0080",
    background="#0000ff",
    text_track=True,
    language="eng",
)


def order(captions: ve.Captions | None, **more: Any) -> ve.RenderOrder:
    return ve.RenderOrder(template=ve.FileReference("a.zip", "0" * 64), output="a.mp4", captions=captions, **more)


def test_they_are_the_same_after_json() -> None:
    assert ve.Captions.from_values(json.loads(json.dumps(FULL.to_values()))) == FULL
    made = order(FULL, sidecar="a.vtt")
    assert ve.RenderOrder.from_json(made.to_json()) == made
    assert "captions" not in json.loads(order(None).to_json())
    text = json.dumps(FULL.to_values())
    assert ve.RenderOrder.from_json(order(None).to_json(captions=text)) == order(FULL)


def test_they_decide_the_bytes_of_a_video_and_the_sidecar_does_not() -> None:
    digests = {order(FULL).digest, order(None).digest, order(ve.Captions(cues=[HELLO])).digest}
    assert len(digests) == 3
    assert order(FULL, sidecar="a.vtt").digest == order(FULL).digest


def test_one_cue_is_shown_at_a_time() -> None:
    cues = [ve.Cue(2, 4, "later"), ve.Cue(0, 3, "first"), ve.Cue(2, 5, "with it")]
    found = [(cue.start, cue.end, cue.text) for cue in ve.Captions(cues=cues).cues]
    assert found == [(0.0, 2.0, "first"), (2.0, 5.0, "later\nwith it")]


def test_without_times_of_words_letters_share_the_time() -> None:
    words = timed_words(ve.Cue(1, 3, "ab cdef gh"))
    assert [(word.text, word.start, word.end) for word in words] == [
        ("ab", 1.0, 1.5),
        ("cdef", 1.5, 2.5),
        ("gh", 2.5, 3.0),
    ]


def test_files_for_players_have_the_times_of_the_part() -> None:
    assert FULL.sidecar("vtt", 1.0, 3.5) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nHello you\n\n00:00:02.000 --> 00:00:02.500\na &lt; b\n&amp; c\n"
    )
    assert FULL.sidecar("vtt").startswith("WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nHello <00:00:01.000>you\n")
    assert FULL.sidecar("srt", 3.0) == "1\n00:00:00,000 --> 00:00:01,000\na < b\n& c\n"
    assert cues_of(FULL.sidecar("vtt")) == FULL.cues
    with pytest.raises(ve.CaptionsError, match="Give one of vtt, srt"):
        FULL.sidecar("ttml")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"style": "loud"}, "style"),
        ({"position": "left"}, "position"),
        ({"safe_area": 0.5}, "safe_area"),
        ({"lines": 0}, "lines"),
        ({"size": 0}, "size"),
        ({"font": ""}, "font"),
        ({"color": "red"}, "color"),
        ({"highlight": "#12345"}, "highlight"),
        ({"background": "#gggggg"}, "background"),
        ({"language": "en"}, "language"),
        ({"cues": []}, "cues"),
    ],
)
def test_values_out_of_their_range_are_told(values: dict[str, Any], field: str) -> None:
    with pytest.raises(ve.CaptionsError) as caught:
        ve.Captions(**{"cues": [HELLO], **values})
    assert caught.value.place.field == field and caught.value.hint


@pytest.mark.parametrize(
    ("cue", "words"),
    [
        ((2, 1, "a"), "ends at 1 s, but begins at 2 s"),
        ((1, 1, "a"), "ends at 1 s"),
        ((-1, 1, "a"), "has the start -1"),
        ((0, 1e9, "a"), "has the end 1e+09"),
        ((0, 1, " "), "says nothing"),
        ((0, 1, "a" * 1001), "1001 characters"),
        ((0, 1, "a b", [ve.Word("a", 0, 1)]), "say something else than its text"),
        ((0, 1, "", [ve.Word("a", 0.5, 1), ve.Word("b", 0, 1)]), "begins before the one before it"),
    ],
)
def test_a_cue_must_make_sense(cue: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ve.CaptionsError, match=r"cue|word") as caught:
        ve.Cue(*cue)
    assert words in str(caught.value)
