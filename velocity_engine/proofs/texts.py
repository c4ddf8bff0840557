"""The texts that try a text layer out."""

from __future__ import annotations

from collections.abc import Mapping

LONG = (
    "An uncommonly long text, as people write it who were told that there is room for a few words: with a second "
    "sentence, with Donaudampfschifffahrtsgesellschaft in it, which no line can break, and with an end that nobody "
    "reads."
)
LONG_FACTOR, LONG_LEAST = 3, 48  # of the present text's characters; and so many at least
SHORT = "A"
RIGHT_TO_LEFT = "مرحبا بالعالم 2026 שלום עולם"
EMOJI = "Hello 🎉 👩‍👩‍👧 👍🏽 🇪🇺 ❤️"


def texts_for(present: str) -> Mapping[str, str]:
    """Returns texts by what is unusual of them.

    Args:
        present: The text that the designer wrote. A long one is some times as long.

    Returns:
        "long", "short", "right to left", "emoji" and "missing", in this order.
    """
    return {
        "long": _long(len(present)),
        "short": SHORT,
        "right to left": RIGHT_TO_LEFT,
        "emoji": EMOJI,
        "missing": "",
    }


def _long(length: int) -> str:
    """Whole words, at least so many characters as a long text has."""
    least, words = max(LONG_LEAST, LONG_FACTOR * length), LONG.split()
    text = ""
    number = 0
    while len(text) < least:
        text += f"{' ' if text else ''}{words[number % len(words)]}"
        number += 1
    return text
