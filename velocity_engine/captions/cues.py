"""Cues, and the words within them, with their times in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from velocity_engine.errors import CaptionsError, Place
from velocity_engine.given.arguments import number, require

MAX_CUES = 5_000
MAX_WORDS = 20_000
"""Of all cues."""
MAX_CHARACTERS = 1_000
"""Of one cue."""
MAX_SECONDS = 86_400.0
SHORTEST = 0.001
_RIGHT_TIME = f"Give seconds from 0 to {MAX_SECONDS:g}"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or a syllable of one, and when it is said.

    Attributes:
        text: The word.
        start: The second at which it begins.
        end: The second at which it ends.

    Raises:
        CaptionsError: It ends before it begins, or says nothing.
        WrongTypeError: An argument has a wrong type.
    """

    text: str
    start: float
    end: float

    def __post_init__(self) -> None:
        _check_times(self, self.text, "word")


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown at once, and from when to when.

    Attributes:
        start: The second at which it appears.
        end: The second at which it is gone.
        text: What it says; lines are parted by a line break. Where it is empty, it is what its words say.
        words: Its words with their times, or none. Together they say what the text says.

    Raises:
        CaptionsError: It ends before it begins, says nothing, or its words say something else.
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> ve.Cue(0.5, 2.0, "Hello there")
        >>> ve.Cue(0.5, 2.0, words=[ve.Word("Hello", 0.5, 1.1), ve.Word("there", 1.1, 1.9)])
    """

    start: float
    end: float
    text: str = ""
    words: Sequence[Word] = ()

    def __post_init__(self) -> None:
        require("words", self.words, list | tuple, "Give a list of words")
        for word in self.words:
            require("words", word, Word, 'Give words, such as Word("Hello", 0.5, 1.1)')
        object.__setattr__(self, "words", tuple(self.words))
        require("text", self.text, str, "Give a text")
        if not self.text.strip():
            object.__setattr__(self, "text", " ".join(word.text for word in self.words))
        text = "\n".join(" ".join(line.split()) for line in self.text.splitlines())
        object.__setattr__(self, "text", "\n".join(filter(None, text.split("\n"))))
        _check_times(self, self.text, "cue")
        if len(self.text) > MAX_CHARACTERS:
            what = f"a cue has {len(self.text)} characters"
            raise CaptionsError(what, place=Place(field="text"), hint=f"Give at most {MAX_CHARACTERS}: make several")
        if self.words and letters_of(self.text) != letters_of("".join(word.text for word in self.words)):
            what = f"the words of the cue {shown(self.text)} say something else than its text"
            raise CaptionsError(what, place=Place(field="words"), hint="Leave the text out: the words say it")
        for before, word in zip(self.words, self.words[1:], strict=False):
            if word.start < before.start:
                what = f"the word {shown(word.text)} begins before the one before it"
                raise CaptionsError(what, place=Place(field="words"), hint="Sort the words by their times")


def _check_times(timed: Word | Cue, text: str, kind: str) -> None:
    require("text", text, str, "Give a text")
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise CaptionsError(f"a {kind} holds half of a character", place=Place(field="text"), hint="Give whole ones")
    start, end = (number(name, getattr(timed, name), _RIGHT_TIME) for name in ("start", "end"))
    object.__setattr__(timed, "start", start)
    object.__setattr__(timed, "end", end)
    if not text.strip():
        raise CaptionsError(f"a {kind} says nothing", place=Place(field="text"), hint="Give it a text")
    for name, value in (("start", start), ("end", end)):
        if not 0.0 <= value <= MAX_SECONDS:
            what = f"the {kind} {shown(text)} has the {name} {value:g}"
            raise CaptionsError(what, place=Place(field=name), hint=_RIGHT_TIME)
    if end < start or (kind == "cue" and end - start < SHORTEST):
        what = f"the {kind} {shown(text)} ends at {end:g} s, but begins at {start:g} s"
        raise CaptionsError(what, place=Place(field="end"), hint="Give an end that follows the start")


def shown(text: str) -> str:
    """Returns a text as a message quotes it."""
    line = " ".join(text.split())
    return repr(line if len(line) <= 40 else f"{line[:37]}...")


def letters_of(text: str) -> str:
    """Returns a text without its spaces and line breaks."""
    return "".join(text.split())


def in_turn(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Returns cues in the order of their times, one at a time: of the same times they become one with several lines,
    and where the next begins before one ends, it ends there.

    Args:
        cues: The cues, in any order.
    """
    found: list[Cue] = []
    for cue in sorted(cues, key=lambda one: one.start):
        last = found[-1] if found else None
        if last is None or cue.start >= last.end:
            found.append(cue)
        elif cue.start - last.start < SHORTEST:
            found[-1] = _together(last, cue)
        else:
            found[-1] = replace(last, end=cue.start)
            found.append(cue)
    return tuple(found)


def _together(first: Cue, second: Cue) -> Cue:
    """Two that begin at once, as one. Their words can be in any order then, so they have no times."""
    text = f"{first.text}\n{second.text}"[:MAX_CHARACTERS]
    return Cue(first.start, max(first.end, second.end), text)


def timed_words(cue: Cue) -> tuple[Word, ...]:
    """Returns the words of a cue with their times. Where it has none, its time is shared out by the letters.

    Args:
        cue: The cue.
    """
    if cue.words:
        return tuple(cue.words)
    words = cue.text.split()
    each = (cue.end - cue.start) / sum(map(len, words))
    found, said = [], 0
    for word in words:
        found.append(Word(word, cue.start + said * each, cue.start + (said + len(word)) * each))
        said += len(word)
    return tuple(found)


def between(cues: Sequence[Cue], start: float, end: float) -> Iterator[Cue]:
    """Yields what of the cues is seen from one second to another, with times that count from the first of them.

    Args:
        cues: The cues.
        start: The second that becomes 0.
        end: The second after which nothing is seen.
    """
    for cue in cues:
        first, last = max(cue.start, start), min(cue.end, end)
        if last - first >= SHORTEST:
            words = [_moved(word, start, end) for word in cue.words]
            yield Cue(first - start, last - start, cue.text, words)


def _moved(word: Word, start: float, end: float) -> Word:
    first, last = (min(max(at, start), end) - start for at in (word.start, word.end))
    return Word(word.text, first, last)


def to_values(cue: Cue) -> dict[str, Any]:
    """Returns a cue as values that ``json.dumps`` takes."""
    words = [{"text": word.text, "start": word.start, "end": word.end} for word in cue.words]
    return {"start": cue.start, "end": cue.end, "text": cue.text, **({"words": words} if words else {})}


def from_values(values: Mapping[str, Any]) -> Cue:
    """Returns the cue that ``to_values`` wrote.

    Raises:
        KeyError, TypeError, ValueError: It did not write this.
    """
    words = tuple(Word(**word) for word in values.get("words", ()))
    return Cue(values["start"], values["end"], values["text"], words)
