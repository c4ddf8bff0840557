"""Caption files, as others make them, to cues: SubRip (SRT), WebVTT, Advanced SubStation (ASS, SSA), and words with
times as JSON. The parsers are those of pysubs2; what they would pass over is told, with its line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from velocity_engine.captions.cues import MAX_CUES, MAX_WORDS, Cue, Word, timed_words
from velocity_engine.errors import CaptionsError, Place, VelocityError

if TYPE_CHECKING:
    from pysubs2 import SSAEvent

MAX_BYTES = 2 << 20
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
FORMATS = "SRT, WebVTT, ASS, or words with times as JSON"
_RIGHT = f"Give {FORMATS}"
_ARROW = "-->"
_NOTHING = "\x00"  # what is taken away again
_VTT_WORD = re.compile(r"<(?:(\d{1,4}):)?(\d{2}):(\d{2})\.(\d{3})>")
_MARK = re.compile(r"<at(\d+)>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_BRACES = re.compile(r"\{[^{}]*\}")
_KARAOKE = re.compile(r"\\[kK][fo]?(\d{1,6})")
_DRAWING = re.compile(r"\\p[1-9]")
_ASS_TIME = re.compile(r"\s*\d{1,2}:\d{1,2}:\d{1,2}([.,]\d{1,3})?\s*")


@dataclass(frozen=True, slots=True)
class _Source:
    """A text that pysubs2 reads, cleared of what it would take for words; ``lines``: the number of the line of the file
    that each event begins at."""

    kind: str
    text: str
    lines: tuple[int, ...]


def text_of(data: bytes) -> str:
    """Returns the text of a caption file.

    Args:
        data: The bytes of the file: UTF-8, or UTF-16 with its mark.

    Raises:
        CaptionsError: It is too large, or neither.
    """
    if len(data) > MAX_BYTES:
        what = f"the captions have {len(data)} bytes"
        raise CaptionsError(what, place=Place(field="text"), hint=f"Give at most {MAX_BYTES}")
    encoding = "utf-16" if data[:2] in UTF16_MARKS else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        _wrong(line, "is not UTF-8", "Save the file as UTF-8")


def cues_of(text: str, lines: int = 2) -> tuple[Cue, ...]:
    """Returns the cues of a caption file.

    Args:
        text: What the file holds.
        lines: How many lines a cue may have that is made of words with times.

    Raises:
        CaptionsError: It is no such file, it is too large, or a cue of it is wrong. The error names the line.
    """
    if len(text) > MAX_BYTES:
        what = f"the captions have {len(text)} characters"
        raise CaptionsError(what, place=Place(field="text"), hint=f"Give at most {MAX_BYTES}")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    begin = text.lstrip()
    if begin[:1] == "{" or (begin[:1] == "[" and not begin[1:2].isalpha()):
        return _of_json(begin, lines)
    source = _cleared(text)
    if len(source.lines) > MAX_CUES:
        what = f"there are {len(source.lines)} cues"
        raise CaptionsError(what, place=Place(field="text"), hint=f"Give at most {MAX_CUES}")
    found = [cue for cue in _cues(source) if cue is not None]
    if not found:
        raise CaptionsError("the captions have no cues", place=Place(field="text"), hint=_RIGHT)
    return tuple(found)


def _wrong(line: int, what: str, hint: str) -> NoReturn:
    raise CaptionsError(f"line {line} of the captions {what}", place=Place(field="text"), hint=hint)


# --- what pysubs2 is given ------------------------------------------------------------------------------------------


def format_of(text: str) -> str | None:
    """Returns what kind of caption file a text looks like: "srt", "vtt" or "ass". None for any other.

    Args:
        text: What the file holds, or its beginning.
    """
    if text.lstrip("\ufeff \t\r\n").startswith("WEBVTT"):
        return "vtt"
    if "[Script Info]" in text or "[Events]" in text:
        return "ass"
    return "srt" if _ARROW in text else None


def _cleared(text: str) -> _Source:
    match format_of(text):
        case "vtt":
            return _vtt(text)
        case "ass":
            return _ass(text)
        case "srt":
            return _srt(text)
    raise CaptionsError("the captions are of no kind that is known", place=Place(field="text"), hint=_RIGHT)


def _srt(text: str) -> _Source:
    kept, starts = list[str](), list[int]()
    for number, line in enumerate(text.split("\n"), 1):
        if _ARROW in line:
            _require_times("srt", line, number)
            starts.append(number)
        elif not line.strip() and kept and not kept[-1].strip():
            continue  # many empty lines would take the parser long
        else:
            line = _kept_apart(line)
        kept.append(line)
    return _Source("srt", "\n".join(kept), tuple(starts))


def _vtt(text: str) -> _Source:
    """Only cues: without notes, styles and names. The times of words become marks: a line with two of them would pass
    for the times of a cue."""
    kept, starts = ["WEBVTT", ""], list[int]()
    inside = False
    for number, line in enumerate(text.split("\n"), 1):
        if _ARROW in line:
            _require_times("vtt", line, number)
            starts.append(number)
            inside = True
            kept += ["", line]
        elif not line.strip():
            inside = False
        elif inside:
            kept.append(_kept_apart(_VTT_WORD.sub(_mark, line)))
    return _Source("vtt", "\n".join(kept), tuple(starts))


def _kept_apart(line: str) -> str:
    """A line of words in which nothing passes for times."""
    return line.replace(":", f":{_NOTHING}")


def _mark(found: re.Match[str]) -> str:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in found.groups())
    return f"<at{((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths}>"


def _require_times(kind: str, line: str, number: int) -> None:
    from pysubs2.formats.subrip import SubripFormat
    from pysubs2.formats.webvtt import WebVTTFormat

    pattern = SubripFormat.TIMESTAMP if kind == "srt" else WebVTTFormat.TIMESTAMP
    if len(pattern.findall(line[:200])) != 2:
        right = "00:00:01,000 --> 00:00:02,500" if kind == "srt" else "00:01.000 --> 00:02.500"
        _wrong(number, f"has times that cannot be read: {line.strip()[:60]!r}", f"Write {right}")


def _ass(text: str) -> _Source:
    """Only dialogue: looks come from the captions' style, not from the file."""
    kept, starts = ["[Script Info]", "ScriptType: v4.00+", "", "[Events]"], list[int]()
    for number, line in enumerate(text.split("\n"), 1):
        if not line.startswith("Dialogue:"):
            continue
        fields = line.split(",", 9)
        if len(fields) < 10:
            _wrong(number, "has too few fields", "Write Dialogue: Layer,Start,End,Style,Name,L,R,V,Effect,Text")
        if not all(_ASS_TIME.fullmatch(fields[place]) for place in (1, 2)):
            times = f"{fields[1].strip()[:30]} and {fields[2].strip()[:30]}"
            _wrong(number, f"has times that cannot be read: {times}", "Write 0:00:01.00")
        if _DRAWING.search(fields[9]):
            continue
        kept.append(f"Dialogue: 0,{fields[1]},{fields[2]},Default,,0,0,0,,{fields[9]}")
        starts.append(number)
    return _Source("ass", "\n".join(kept), tuple(starts))


# --- what it returns ------------------------------------------------------------------------------------------------


def _cues(source: _Source) -> Iterator[Cue | None]:
    """A cue for each event; None for one without words."""
    from pysubs2 import SSAFile

    try:
        file = SSAFile.from_string(source.text, source.kind, keep_unknown_html_tags=True)
    except Exception as error:  # of a parser that others wrote: it says nothing that is meant for people
        raise CaptionsError("the captions cannot be read", place=Place(field="text"), hint=_RIGHT) from error
    for event, line in zip(file.events, source.lines, strict=False):
        try:
            yield _cue(event, source.kind)
        except VelocityError as error:
            what = f"line {line} of the captions: {error.message}"
            raise CaptionsError(what, place=Place(field="text"), hint=error.hint) from None


def _cue(event: SSAEvent, kind: str) -> Cue | None:
    start, end = event.start / 1000, event.end / 1000
    parts = list(_parts(event.text, kind, event.start))
    text = "".join(part for part, _ in parts)
    if not text.strip():
        return None
    if len(parts) == 1 and parts[0][1] is None:
        return Cue(start, end, text)
    return Cue(start, end, text, list(_words(parts, start, end)))


def _parts(text: str, kind: str, start: int) -> Iterator[tuple[str, float | None]]:
    """The parts of a text with the second at which each is said, None where nothing tells that."""
    if kind == "ass":
        yield from _sung(text, start)
        return
    pieces = _MARK.split(text)
    yield _plain(pieces[0], kind), None
    for mark, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        yield _plain(piece, kind), int(mark) / 1000


def _sung(text: str, start: int) -> Iterator[tuple[str, float | None]]:
    """Karaoke tags tell how long what follows is sung, in hundredths of a second."""
    at, begun, told = 0, float(start), False
    said: float | None = None
    for tag in _BRACES.finditer(text):
        if (found := _KARAOKE.findall(tag[0])) and (part := text[at : tag.start()]):
            yield _plain(part, "ass"), said
        if found:
            said, at, told = begun / 1000, tag.end(), True
            begun += sum(map(int, found)) * 10
    rest = _plain(text[at:], "ass")
    yield rest, said if told else None


def _plain(text: str, kind: str) -> str:
    text = (_BRACES if kind == "ass" else _OVERRIDE).sub("", text)
    text = text.replace(_NOTHING, "").replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
    if kind != "ass":
        text = _TAG.sub("", text)
    return html.unescape(text) if kind == "vtt" else text


def _words(parts: Sequence[tuple[str, float | None]], start: float, end: float) -> Iterator[Word]:
    """The words of parts with times; the time of a part is shared out among its words by their letters."""
    spoken = [(part, start if at is None else min(max(at, start), end)) for part, at in parts]
    last = start
    for number, (part, at) in enumerate(spoken):
        after = spoken[number + 1][1] if number + 1 < len(spoken) else end
        first = last = max(at, last)
        if not part.strip():
            continue
        if after - first < 0.002:
            yield from (Word(word, first, max(first, after)) for word in part.split())
        else:
            yield from timed_words(Cue(first, after, part))


# --- words with times -----------------------------------------------------------------------------------------------

LINE_CHARACTERS = 32
PAUSE_SECONDS = 1.0
STAY_SECONDS = 0.6
LAST_SECONDS = 0.5


def cues_of_words(words: Sequence[Mapping[str, Any]], lines: int = 2) -> tuple[Cue, ...]:
    """Returns cues of words with times: a new one begins after a silence of a second, and where the lines are full.

    Args:
        words: Each has "text" (or "word"), "start" and perhaps "end" in seconds. A word without an end ends when the
            next begins.
        lines: How many lines of some 32 characters a cue may have.

    Raises:
        CaptionsError: A word is wrong, or begins before the one before it. The error names it by its number, from 0.
    """
    if len(words) > MAX_WORDS:
        what, right = f"there are {len(words)} words", f"Give at most {MAX_WORDS}"
        raise CaptionsError(what, place=Place(field="words"), hint=right)
    groups: list[list[Word]] = []
    for word in _read_words(words):
        group = groups[-1] if groups else []
        full = len(word.text) + sum(len(one.text) + 1 for one in group) > lines * LINE_CHARACTERS
        if not group or full or word.start - group[-1].end >= PAUSE_SECONDS:
            groups.append([])
        groups[-1].append(word)
    if not groups:
        raise CaptionsError("there are no words", place=Place(field="words"), hint="Give at least one")
    starts = [group[0].start for group in groups[1:]] + [float("inf")]
    return tuple(_group(group, after) for group, after in zip(groups, starts, strict=True))


def _group(group: Sequence[Word], after: float) -> Cue:
    """It stays for a moment after its last word."""
    start, end = group[0].start, max(group[-1].end, group[0].start + 0.001)
    return Cue(start, max(min(end + STAY_SECONDS, after), start + 0.001), words=group)


def _read_words(words: Sequence[Any]) -> Iterator[Word]:
    right = 'Give {"text": "Hello", "start": 0.5, "end": 0.9}'
    last = 0.0
    for number, word in enumerate(words):
        place = Place(field=f"words[{number}]")
        if not isinstance(word, Mapping) or "start" not in word:
            raise CaptionsError(f"word {number} has no start", place=place, hint=right)
        following = words[number + 1] if number + 1 < len(words) else None
        after = following.get("start") if isinstance(following, Mapping) else None
        try:
            end = word.get("end")
            if end is None:
                end = word["start"] + LAST_SECONDS if after is None else max(after, word["start"])
            made = Word(" ".join(str(word.get("text") or word.get("word") or "").split()), word["start"], end)
        except (VelocityError, TypeError) as error:
            told = error.message if isinstance(error, VelocityError) else "its times are no numbers"
            raise CaptionsError(f"word {number}: {told}", place=place, hint=right) from None
        if made.start < last:
            raise CaptionsError(
                f"word {number} begins before the one before it", place=place, hint="Sort the words by their times"
            )
        last = made.start
        yield made


def _of_json(text: str, lines: int) -> tuple[Cue, ...]:
    """A list of words, {"words": [...]}, or what speech recognition writes: {"segments": [{"words": [...]}]}."""
    import json

    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        _wrong(error.lineno, "is no JSON", _RIGHT)
    except (RecursionError, ValueError):
        raise CaptionsError("the captions are no JSON", place=Place(field="text"), hint=_RIGHT) from None
    segments = data.get("segments") if isinstance(data, dict) else None
    words = data.get("words") if isinstance(data, dict) else data
    if isinstance(segments, list) and not words:
        parts = [one for one in segments if isinstance(one, Mapping)]
        words = [word for one in parts for word in (one["words"] if isinstance(one.get("words"), list) else [one])]
    if not isinstance(words, list):
        hint = 'Give [{"text": "Hello", "start": 0.5, "end": 0.9}]'
        raise CaptionsError("the JSON holds no list of words", place=Place(field="text"), hint=hint)
    return cues_of_words(words, lines)
