"""The captions of a video as one value: its cues, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from velocity_engine.captions import cues as timed
from velocity_engine.captions.cues import MAX_CUES, MAX_WORDS, Cue
from velocity_engine.captions.reading import cues_of, cues_of_words
from velocity_engine.captions.writing import SIDECARS, sidecar_text
from velocity_engine.errors import CaptionsError, Finding, Place, wrong_type
from velocity_engine.given.arguments import number, require

STYLES = ("box", "outline", "karaoke", "highlight", "pop", "none")
POSITIONS = ("bottom", "middle", "top")
MAX_LINES, USUAL_LINES = 6, 2
SIZES = (0.01, 0.5)
SAFE_AREAS = (0.0, 0.4)
COLORED = {"color": "the words", "highlight": "the words that are said", "background": "the box or outline"}
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Captions:
    """What is said in a video, shown in a built-in style or by a text layer of the template.

    Second 0 is the first frame of the video, or of the composition where a part of it is rendered, so that a part has
    the captions of that part. In a video with a duration they keep the video's time.

    Attributes:
        cues: What is shown, and when. One is shown at a time: the next ends the one before.
        style: "box" (on a box), "outline", "karaoke" (a colour runs through the words as they are said), "highlight"
            (the present word has a colour), "pop" (each word springs up as it is said), or "none": nothing is drawn,
            for a sidecar file or a text track alone.
        layer: The layer of the template that shows them, or "Composition/Layer". A text, or a precomp with one text in
            it, plays anew for each cue, with its own animation and look. The style is drawn into the box of a solid, a
            shape or a picture. None for over everything else.
        position: Where they stand in the safe area, or in the box: "bottom", "middle" or "top".
        safe_area: The share of the frame that stays free at each edge, from 0 to 0.4.
        lines: How many lines a cue has at most, 1 to 6. One that needs more is set smaller.
        size: The size of the letters, as a share of the shorter side of the frame.
        font: The font.
        color: The colour of the words, "#rrggbb" or "#rrggbbaa".
        highlight: The colour of the words that are said, in the styles "karaoke" and "highlight".
        background: The colour of the box, and of the outline.
        text_track: Whether an MP4 or MOV has them as a track that players can show, too.
        language: The language of that track, as three letters: "eng", "deu".

    Raises:
        CaptionsError: A value is out of its range, or there are too many cues.
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> ve.render(template, "promo.mp4", captions=ve.Captions(cues=[ve.Cue(0.5, 2, "Hello")], style="outline"))
        >>> ve.render(template, "promo.mp4", captions=ve.read_captions("promo.srt", layer="Subtitle"))
    """

    cues: Sequence[Cue]
    style: str = "box"
    layer: str | None = None
    position: str = "bottom"
    safe_area: float = 0.08
    lines: int = USUAL_LINES
    size: float = 0.06
    font: str = "Inter-Bold"
    color: str = "#ffffff"
    highlight: str = "#ffd84d"
    background: str = "#000000c0"
    text_track: bool = False
    language: str | None = None

    def __post_init__(self) -> None:
        require("cues", self.cues, list | tuple, "Give a list of cues")
        for cue in self.cues:
            require("cues", cue, Cue, 'Give cues, such as Cue(0.5, 2.0, "Hello")')
        _check_count(self.cues)
        object.__setattr__(self, "cues", timed.in_turn(self.cues))
        _one_of("style", self.style, STYLES)
        _one_of("position", self.position, POSITIONS)
        require("layer", self.layer, str | None, "Give the name of a layer")
        require("font", self.font, str, "Give the name of a font")
        if not 1 <= len(self.font) <= 200:
            raise CaptionsError("the font has no name", place=Place(field="font"), hint="Give 1 to 200 characters")
        _within("safe_area", self.safe_area, SAFE_AREAS)
        _within("size", self.size, SIZES)
        right = f"Give a whole number from 1 to {MAX_LINES}"
        require("lines", self.lines, int, right)
        if isinstance(self.lines, bool) or not 1 <= self.lines <= MAX_LINES:
            raise CaptionsError(f"the captions have {self.lines} lines", place=Place(field="lines"), hint=right)
        for name in COLORED:
            _color(name, getattr(self, name))
        require("text_track", self.text_track, bool, "Give True or False")
        _language(self.language)

    @classmethod
    def of_text(cls, text: str, **how: Any) -> Captions:
        """Returns the captions of a caption file.

        Args:
            text: What an SRT, WebVTT, ASS or SSA file holds, or words with times as JSON.
            how: How they are shown: the other arguments of ``Captions``.

        Raises:
            CaptionsError: It is no such file, or a cue of it is wrong: the error names the line.
            WrongTypeError: An argument has a wrong type.
        """
        require("text", text, str, "Give the text of a caption file")
        return cls._shown(cues_of(text, _lines_of(how)), how)

    @classmethod
    def of_words(cls, words: Sequence[Mapping[str, Any]], **how: Any) -> Captions:
        """Returns the captions of words with times: a new cue begins after a silence, and where the lines are full.

        Args:
            words: Each has "text" (or "word"), "start" and perhaps "end", in seconds.
            how: How they are shown: the other arguments of ``Captions``.

        Raises:
            CaptionsError: A word is wrong. The error names it.
            WrongTypeError: An argument has a wrong type.

        Example:
            >>> words = [{"text": "Hello", "start": 0.5}, {"text": "there", "start": 0.9, "end": 1.4}]
            >>> captions = ve.Captions.of_words(words, style="pop")
        """
        require("words", words, list | tuple, 'Give a list of {"text": "Hello", "start": 0.5, "end": 0.9}')
        return cls._shown(cues_of_words(words, _lines_of(how)), how)

    @classmethod
    def _shown(cls, cues: Sequence[Cue], how: Mapping[str, Any]) -> Captions:
        known = [field.name for field in fields(cls) if field.name != "cues"]
        if strange := [name for name in how if name not in known]:
            raise wrong_type(strange[0], how[strange[0]], f"How captions are shown is said by {', '.join(known)}")
        return cls(cues=cues, **how)

    def between(self, start: float, end: float) -> tuple[Cue, ...]:
        """Returns the cues of a part of a video, whose first moment is second 0.

        Args:
            start: The second at which the part begins.
            end: The second at which it ends.
        """
        return tuple(timed.between(self.cues, start, end))

    def findings(self, seconds: float) -> tuple[Finding, ...]:
        """Returns what a video does not show of them, since it ends before.

        Args:
            seconds: How long the video is.
        """
        late = [cue for cue in self.cues if cue.start >= seconds - timed.SHORTEST]
        if not late:
            return ()
        count = "a cue begins" if len(late) == 1 else f"{len(late)} cues begin"
        what = f"{count} when the video has ended, at {round(seconds, 3):g} s: {timed.shown(late[0].text)}"
        instead = "it is not shown" if len(late) == 1 else "they are not shown"
        return (Finding("captions.late", what, Place(field="captions"), instead),)

    def sidecar(self, kind: str = "vtt", start: float = 0.0, end: float = timed.MAX_SECONDS) -> str:
        """Returns the text of a caption file for players, as a video has beside it.

        Args:
            kind: "vtt" for WebVTT, which has the times of words as well, or "srt" for SubRip.
            start: The second that the video begins at.
            end: The second that it ends at.

        Raises:
            CaptionsError: There is no such kind.

        Example:
            >>> Path("promo.vtt").write_text(captions.sidecar(), encoding="utf-8")
        """
        _one_of("kind", kind, [ending.removeprefix(".") for ending in SIDECARS])
        return sidecar_text(self.between(start, end), f".{kind}")

    def to_values(self) -> dict[str, Any]:
        """Returns the captions as values that ``json.dumps`` takes."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**values, "cues": [timed.to_values(cue) for cue in self.cues]}

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Captions:
        """Returns the captions that ``to_values`` wrote.

        Args:
            values: What ``to_values`` returned, also after a way through JSON.

        Raises:
            KeyError, TypeError, ValueError: ``to_values`` did not write this.
        """
        given = dict(values)
        return cls(cues=[timed.from_values(cue) for cue in given.pop("cues")], **given)


def _lines_of(how: Mapping[str, Any]) -> int:
    """How many lines a cue may have; what is no such number is told later."""
    lines = how.get("lines", USUAL_LINES)
    return lines if isinstance(lines, int) and 1 <= lines <= MAX_LINES else USUAL_LINES


def _check_count(cues: Sequence[Cue]) -> None:
    if not cues:
        what, hint = "there are no cues", "Give at least one"
    elif len(cues) > MAX_CUES:
        what, hint = f"there are {len(cues)} cues", f"Give at most {MAX_CUES}"
    elif (count := sum(len(cue.words) for cue in cues)) > MAX_WORDS:
        what, hint = f"the cues have {count} words with times", f"Give at most {MAX_WORDS}"
    else:
        return
    raise CaptionsError(what, place=Place(field="cues"), hint=hint)


def _one_of(name: str, value: object, known: Sequence[str]) -> None:
    right = f"Give one of {', '.join(known)}"
    require(name, value, str, right)
    if value not in known:
        raise CaptionsError(f"the {name} is {str(value)[:60]!r}", place=Place(field=name), hint=right)


def _within(name: str, value: object, bounds: tuple[float, float]) -> None:
    right = f"Give a number from {bounds[0]:g} to {bounds[1]:g}"
    found = number(name, value, right)
    if not bounds[0] <= found <= bounds[1]:
        raise CaptionsError(f"the {name.replace('_', ' ')} is {found:g}", place=Place(field=name), hint=right)


def _color(name: str, value: object) -> None:
    right = 'Give a colour such as "#ffd84d", or "#ffd84d80" with alpha'
    require(name, value, str, right)
    assert isinstance(value, str)
    if not (value.startswith("#") and len(value) in (7, 9) and _HEXADECIMAL.issuperset(value[1:])):
        raise CaptionsError(f"the colour of {COLORED[name]} is {value[:60]!r}", place=Place(field=name), hint=right)


def _language(value: object) -> None:
    right = 'Give three letters, such as "eng" or "deu"'
    require("language", value, str | None, right)
    if isinstance(value, str) and not (len(value) == 3 and value.isascii() and value.islower() and value.isalpha()):
        raise CaptionsError(f"the language is {value[:60]!r}", place=Place(field="language"), hint=right)
