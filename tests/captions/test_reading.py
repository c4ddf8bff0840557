"""Caption files of others: what they say, and what is wrong with them, by its line."""

from __future__ import annotations

from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine.captions.cues import Cue
from velocity_engine.captions.reading import MAX_BYTES, cues_of, cues_of_words, text_of

SRT = """1
00:00:00,500 --> 00:00:02,000
<i>Hello</i> {\\an8}there
you

2
00:00:02,000 --> 00:00:04,000
Brace {keep} & 2 < 3
"""
VTT = """WEBVTT - a title

NOTE of nobody

STYLE
::cue { color: red }

intro
00:00.500 --> 00:02.000 align:start
<v Bob>Hello <00:00:01.000>there <00:00:01.500>you</v>

00:00:02.000 --> 00:00:04.000
5 &lt; 6 &amp; 7
from 00:00:05.000 to 00:00:06.000
"""
ASS = """[Script Info]
Title: a song
[V4+ Styles]
Style: broken,abc
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:03.00,Default,,0,0,0,,{\\k50}ka{\\kf50}ra{\\k50}oke {\\k50}night
Dialogue: 0,0:00:03.00,0:00:04.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}
Dialogue: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,{\\b1}plain,\\Ntwo
"""


def told(cues: Any) -> list[tuple[float, float, str]]:
    return [(cue.start, cue.end, cue.text) for cue in cues]


def test_subrip_says_words_without_their_tags() -> None:
    assert told(cues_of(SRT)) == [(0.5, 2.0, "Hello there\nyou"), (2.0, 4.0, "Brace {keep} & 2 < 3")]
    assert cues_of(SRT.replace("\n", "\r\n")) == cues_of(SRT) == cues_of("\ufeff" + SRT)


def test_webvtt_has_times_of_words_and_nothing_of_notes_and_names() -> None:
    first, second = cues_of(VTT)
    assert [(word.text, word.start, word.end) for word in first.words] == [
        ("Hello", 0.5, 1.0),
        ("there", 1.0, 1.5),
        ("you", 1.5, 2.0),
    ]
    assert (second.text, second.words) == ("5 < 6 & 7\nfrom 00:00:05.000 to 00:00:06.000", ())


def test_karaoke_tags_of_ass_time_syllables() -> None:
    sung, plain = cues_of(ASS)
    assert sung.text == "karaoke night"
    assert [(word.text, word.start, word.end) for word in sung.words] == [
        ("ka", 1.0, 1.5),
        ("ra", 1.5, 2.0),
        ("oke", 2.0, 2.5),
        ("night", 2.5, 3.0),
    ]
    assert told([plain]) == [(4.0, 5.0, "plain,\ntwo")]


def test_words_become_cues_at_silences_and_full_lines() -> None:
    words = [{"text": "One", "start": 0}, {"word": " two ", "start": 0.5, "end": 0.9}, {"text": "three", "start": 3}]
    assert told(cues_of_words(words)) == [(0.0, 1.5, "One two"), (3.0, 4.1, "three")]
    many = [{"text": "abcdefg", "start": 0.1 * number} for number in range(12)]
    assert [len(cue.words) for cue in cues_of_words(many, lines=1)] == [4, 4, 4]


@pytest.mark.parametrize(
    "text",
    [
        '[{"text": "Hi", "start": 1, "end": 2}]',
        '{"words": [{"word": "Hi", "start": 1, "end": 2}]}',
        '{"segments": [{"words": [{"word": " Hi", "start": 1, "end": 2}]}]}',
        '{"segments": [{"text": "Hi", "start": 1, "end": 2}]}',
    ],
)
def test_speech_recognition_writes_words_in_several_ways(text: str) -> None:
    assert told(cues_of(text)) == [(1.0, 2.6, "Hi")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "of no kind that is known"),
        ("WEBVTT\n\nNOTE nothing\n", "have no cues"),
        (SRT.replace("00:00:04,000", "4 s"), "line 7 of the captions has times that cannot be read"),
        (
            SRT.replace("00:00:04,000", "00:00:01,000"),
            "line 7 of the captions: the cue 'Brace {keep}",
        ),
        (VTT.replace("--> 00:00:04.000", "--> 00:04"), "line 12 of the captions has times"),
        (
            ASS.replace("0:00:05.00", "five"),
            "line 9 of the captions has times that cannot be read: 0:00:0",
        ),
        ("[Events]\nDialogue: 0,a,b,c", "line 2 of the captions has too few fields"),
        ('[{"text": "a",\n "start": }]', "line 2 of the captions is no JSON"),
        ('{"a": 1}', "holds no list of words"),
        ("[1]", "word 0 has no start"),
        ('[{"text": "a", "start": "x"}]', "word 0: its times are no numbers"),
        ('[{"text": "a", "start": null}]', "word 0: its times are no numbers"),
        ('[{"text": "a", "start": true}]', "word 0: its times are no numbers"),
        ('[{"text": "a", "start": 1e999}]', "word 0: its times are no numbers"),
        (f'[{{"text": "a", "start": {10**400}}}]', "word 0: its times are no numbers"),
        (f'[{{"text": "a", "start": 1}}, {{"text": "a", "start": {10**400}}}]', "its times are no numbers"),
        ('[{"text": "\\ud800", "start": 1}]', "word 0: a word holds half of a character"),
        ('[{"text": "", "start": 1}]', "word 0: a word says nothing"),
        ('[{"text": "a", "start": 2}, {"text": "b", "start": 1}]', "word 1 begins before the one before it"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, words: str) -> None:
    with pytest.raises(ve.CaptionsError, match=r"captions|word|JSON") as caught:
        cues_of(text)
    assert words in str(caught.value)


@pytest.mark.parametrize("part", ["<i", "< ", "\n1 ", "{\\k"])
def test_a_file_made_to_last_is_refused(part: str) -> None:
    with pytest.raises(ve.CaptionsError, match=r"line 2 of the captions: a cue has \d+ characters"):
        cues_of("1\n00:00:01,000 --> 00:00:02,000\n" + 400_000 * part)


def test_a_million_lines_are_few_where_they_are_empty() -> None:
    assert cues_of("1\n00:00:01,000 --> 00:00:02,000\na" + "\n" * 1_000_000 + "b")[0].text == "a\nb"


def test_files_cues_and_texts_have_bounds() -> None:
    with pytest.raises(ve.CaptionsError, match="at most 5000"):
        cues_of("\n".join("00:00:01,000 --> 00:00:02,000\na\n" for _ in range(5001)))
    with pytest.raises(ve.CaptionsError, match=f"at most {MAX_BYTES}"):
        text_of(b"a" * (MAX_BYTES + 1))
    with pytest.raises(ve.CaptionsError, match="line 2 of the captions is not UTF-8"):
        text_of(b"1\n\xff\n")
    assert text_of("\ufeffa".encode("utf-16-le")) == "a"


def test_a_cue_of_a_file_can_be_read_from_bytes_and_paths(tmp_path: Any) -> None:
    (tmp_path / "a.srt").write_text(SRT)
    by_path = ve.read_captions(tmp_path / "a.srt", style="outline")
    assert by_path == ve.read_captions(SRT.encode(), style="outline") == ve.Captions.of_text(SRT, style="outline")
    assert by_path.cues[1] == Cue(2.0, 4.0, "Brace {keep} & 2 < 3")
    with pytest.raises(ve.StorageError, match="cannot be read"):
        ve.read_captions(tmp_path / "b.srt")
    with pytest.raises(ve.WrongTypeError, match="How captions are shown is said by style"):
        ve.read_captions(SRT.encode(), colour="#ffffff")
