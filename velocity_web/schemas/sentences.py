"""What is wrong with a value of a request, in words for who sent it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

LONGEST = 400
AN_ID = "it must be an id, such as 550e8400-e29b-41d4-a716-446655440000"
OTHERWISE = "this value cannot be taken here"

Context = Mapping[str, Any]


def _short(context: Context) -> str:
    least = context.get("min_length", 1)
    if context.get("field_type"):
        return f"it must have at least {_entries(least)}"
    return "it must not be empty" if least == 1 else f"it must have at least {least} characters"


def _long(context: Context) -> str:
    most = context.get("max_length", 0)
    return f"it must have at most {_entries(most) if context.get('field_type') else f'{most} characters'}"


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _pattern(context: Context) -> str:
    return BY_PATTERN.get(str(context.get("pattern")), OTHERWISE)


def _choices(context: Context) -> str:
    return f"it must be {str(context.get('expected', 'another value')).replace(chr(39), '')}"


PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
SIZE = r"^[0-9]{1,5}[xX][0-9]{1,5}$"
LABEL_NAME = r"^[A-Za-z0-9_.-]{1,64}$"
ORIGIN = r"^https?://([a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(:[0-9]{1,5})?$"
COLOR = r"^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$"
LANGUAGE = r"^[a-z]{3}$"
FOLLOWED = r"^(audio|layer:.{1,1000})$"
BY_PATTERN = {
    COLOR: "it must be a colour, such as #ffd84d, or #ffd84d80 with alpha",
    LANGUAGE: "it must be the three letters of a language, such as eng",
    ORIGIN: "it must be an origin in lower case and without a path, such as https://shop.example",
    PRINTABLE: "it must not hold control characters, such as line breaks",
    SIZE: "it must be a width and a height, such as 1280x720",
    FOLLOWED: "it must be audio, or layer: with the name of a layer, such as layer:Clip",
    LABEL_NAME: "a name must have 1 to 64 letters, digits, dots, hyphens or underscores",
}
"""By the pattern, for every one that the models of requests have."""

BY_TYPE: Mapping[str, str | Callable[[Context], str]] = {
    "missing": "this field is required",
    "int_type": "it must be a whole number",
    "int_parsing": "it must be a whole number",
    "int_parsing_size": "the number is too large",
    "int_from_float": "it must be a whole number",
    "float_type": "it must be a number",
    "float_parsing": "it must be a number",
    "greater_than": lambda context: f"it must be more than {_plain(context['gt'])}",
    "greater_than_equal": lambda context: f"it must be at least {_plain(context['ge'])}",
    "less_than_equal": lambda context: f"it must be at most {_plain(context['le'])}",
    "string_type": "it must be a text",
    "string_unicode": "it must be a text of whole characters",
    "string_too_short": _short,
    "string_too_long": _long,
    "string_pattern_mismatch": _pattern,
    "bool_type": "it must be true or false",
    "bool_parsing": "it must be true or false",
    "list_type": "it must be a list",
    "too_short": _short,
    "too_long": _long,
    "dict_type": "it must be an object, such as {...}",
    "model_type": "it must be an object, such as {...}",
    "model_attributes_type": "it must be an object, such as {...}",
    "uuid_type": AN_ID,
    "uuid_parsing": AN_ID,
    "url_type": "it must be a URL, such as https://example.com/hook",
    "url_parsing": "it must be a URL, such as https://example.com/hook",
    "url_syntax_violation": "it must be a URL, such as https://example.com/hook",
    "url_scheme": "the URL must begin with http:// or https://",
    "url_too_long": "the URL is too long; it may have 2083 characters",
    "literal_error": _choices,
    "number_range": lambda context: f"it must be from {context['low']} to {context['high']}",
    "codec_type": "it must be a codec's number, such as 0, or its name, such as vp9",
    "container_type": "it must be a container's name, such as mp4",
    "finite_number": "it must be a number",
    "trim_type": "it must be the seconds at which the part begins and ends, such as [2, 12.5]",
    "resolution_type": "it must be a list of a width and a height, such as [1280, 720]",
}
"""By the type of pydantic's error, for every one that the models of requests can raise."""


def sentence_for(problem: Mapping[str, Any]) -> str:
    """The sentence for one of pydantic's errors."""
    found = BY_TYPE.get(problem["type"], OTHERWISE)
    return found if isinstance(found, str) else found(problem.get("ctx", {}))


def bounded(text: str, longest: int = LONGEST) -> str:
    """At most ``longest`` characters, cut between two words."""
    if len(text) <= longest:
        return text
    return text[: longest - 2].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def joined(sentences: list[str], longest: int = LONGEST) -> str:
    """As many of the sentences as there is room for, and how many more there are."""
    for count in range(len(sentences), 0, -1):
        rest = len(sentences) - count
        text = "; ".join(sentences[:count]) + (f"; and {rest} more" if rest else "")
        if len(text) <= longest:
            return text
    return bounded(sentences[0], longest)
