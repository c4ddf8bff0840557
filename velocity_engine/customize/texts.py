"""What an entry says of a text: the new text, as one or in spans that look unlike each other, its style and colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_engine.customize.problems import Problems, unknown_keys
from velocity_engine.model.properties import Vector
from velocity_engine.model.text import TextSpan
from velocity_engine.parse.values import Malformed, clean_text, described, hex_color

TEXT_FITS = ("shrink", "wrap", "clip")
MAX_FONT_NAME = 200
TEXT_KEYS = ("value", "font", "size", "color", "fit")
SPAN_KEYS = ("value", "font", "size", "color")
MAX_TEXT = 20_000
MAX_SPANS = 1000
MAX_SIZE = 10_000.0
_SPAN_HINT = 'It must be an object such as {"value": "new", "color": "#ff8800"}, with value, font, size, color'


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReplacement:
    """What changes of a text; None leaves a thing as it is. ``spans``: of ``value``, where parts of it look unlike the
    rest."""

    value: str | None = None
    spans: tuple[TextSpan, ...] = ()
    font: str | None = None
    size: float | None = None
    color: Vector | None = None
    fit: str | None = None


def read_text(value: Any, problems: Problems) -> TextReplacement | None:
    """``value``: a text, a list of spans, or an object. None when ``problems`` has something new."""
    key = "text.value"
    if isinstance(value, str):
        value = {"value": value}
    elif isinstance(value, list | tuple):
        key, value = "text", {"value": value}
    if not isinstance(value, Mapping) or not value:
        hint = "It must be a text, a list of spans, or an object with value, font, size, color, fit"
        problems.add("text", f"text is {'empty' if value == {} else described(value)}", hint)
        return None
    unknown_keys(value, TEXT_KEYS, problems, "text.")
    text, spans = _value(value.get("value"), key, problems)
    font, size, color = _style(value, "text", problems)
    fit = value.get("fit")
    if fit is not None and fit not in TEXT_FITS:
        problems.add("text.fit", f"fit is {described(fit)}", f"It must be one of {', '.join(TEXT_FITS)}")
    if problems.found:
        return None
    return TextReplacement(value=text, spans=spans, font=font, size=size, color=color, fit=fit)


def _value(value: Any, key: str, problems: Problems) -> tuple[str | None, tuple[TextSpan, ...]]:
    if isinstance(value, list | tuple):
        return _spans(value, key, problems)
    if value is None or (isinstance(value, str) and len(value) <= MAX_TEXT):
        return (None if value is None else clean_text(value)), ()
    if isinstance(value, str):
        _too_long(len(value), key, problems)
    else:
        problems.add(key, f"the text is {described(value)}", "It must be a string, or a list of spans")
    return None, ()


def _spans(raw: Sequence[Any], key: str, problems: Problems) -> tuple[str | None, tuple[TextSpan, ...]]:
    """The text that spans make together, and those of them with a style of their own."""
    if not raw:
        problems.add(key, "the list of spans is empty", 'Give at least one, such as {"value": "Hello"}')
    if len(raw) > MAX_SPANS:
        problems.add(key, f"the text has {len(raw)} spans", f"At most {MAX_SPANS} are possible")
        return None, ()
    text, spans = "", []
    for number, one in enumerate(raw):
        own = f"{key}[{number}]"
        if not isinstance(one, Mapping):
            problems.add(own, f"span {number} is {described(one)}", _SPAN_HINT)
            continue
        unknown_keys(one, SPAN_KEYS, problems, f"{own}.")
        said = one.get("value")
        font, size, color = _style(one, own, problems)
        if not isinstance(said, str):
            what = "has no value" if said is None else f"has the value {described(said)}"
            problems.add(f"{own}.value", f"span {number} {what}", "Give its text as a string")
            continue
        start = len(text)
        text += clean_text(said)
        if len(text) > start and (font, size, color) != (None, None, None):
            spans.append(TextSpan(start=start, end=len(text), font=font, size=size, fill=color))
    if len(text) > MAX_TEXT:
        _too_long(len(text), key, problems)
    return text, tuple(spans)


def _too_long(length: int, key: str, problems: Problems) -> None:
    problems.add(key, f"the text has {length} characters", f"At most {MAX_TEXT} are possible")


def _style(raw: Mapping[str, Any], key: str, problems: Problems) -> tuple[str | None, float | None, Vector | None]:
    font, size = raw.get("font"), raw.get("size")
    if font is not None and (not isinstance(font, str) or not 1 <= len(font) <= MAX_FONT_NAME):
        problems.add(
            f"{key}.font", f"font is {described(font)}", f"It must be a font's name, up to {MAX_FONT_NAME} long"
        )
    if size is not None and (not is_number(size) or not 0.0 < size <= MAX_SIZE):
        what = f"size is {described(size)}"
        problems.add(f"{key}.size", what, f"It must be above 0 and at most {MAX_SIZE:g} pixels")
        size = None
    color = None if raw.get("color") is None else read_color(raw["color"], f"{key}.color", problems)
    return font, None if size is None else float(size), color


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -1e15 < value < 1e15


def _is_share(value: Any) -> bool:
    return is_number(value) and 0.0 <= value <= 1.0


def read_color(value: Any, key: str, problems: Problems) -> Vector | None:
    """``value``: "#rrggbb", "#rrggbbaa", or three or four numbers from 0 to 1."""
    if isinstance(value, str):
        try:
            return hex_color(value)
        except Malformed:
            pass
    elif isinstance(value, list | tuple) and len(value) in (3, 4) and all(map(_is_share, value)):
        return tuple(map(float, value))
    hint = 'It must be a colour like "#ff8800" (or "#ff880080", with alpha), or three or four numbers from 0 to 1'
    problems.add(key, f"{key} is {described(value)}", hint)
    return None
