"""Where a text may be cut: paragraphs, graphemes (UAX #29), lines (UAX #14), directions (UAX #9), scripts (UAX #24)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from velocity_engine.text.dictionary import word_ends

_BREAK = re.compile("\r\n|[\r\n\x03\x0b\x85\u2028\u2029]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_RIGHT_TO_LEFT = frozenset(("R", "AL", "AN", "RLE", "RLO", "RLI"))
_ISOLATES = frozenset(("LRI", "RLI", "FSI", "PDI", ""))
Span = tuple[int, int]


def paragraphs(text: str) -> list[str]:
    """The lines an author made, by CR, LF, CR LF, U+0003 (After Effects' soft return) and Unicode's separators.

    Halves of surrogate pairs that stand alone become U+FFFD, other control characters are left out.
    """
    return [_CONTROL.sub("", line) for line in _BREAK.split(_LONE_SURROGATE.sub("\ufffd", text))]


def paragraph_offsets(text: str) -> list[tuple[str, list[int]]]:
    """As ``paragraphs``, with the offset in the whole text of each character of a line."""
    text = _LONE_SURROGATE.sub("\ufffd", text)
    found, first = [], 0
    for end, following in (*(match.span() for match in _BREAK.finditer(text)), (len(text), len(text))):
        kept = [at for at in range(first, end) if not _CONTROL.match(text[at])]
        found.append(("".join(text[at] for at in kept), kept))
        first = following
    return found


@lru_cache(maxsize=4096)
def ignorable(character: str) -> bool:
    """Whether a character shows nothing by itself: format and control characters, variation selectors, joiners."""
    return unicodedata.category(character) in ("Cf", "Cc") or character == "\u034f" or is_variation_selector(character)


def is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


@lru_cache(maxsize=4096)
def shown_as_emoji(cluster: str) -> bool:
    """Whether a grapheme cluster asks for a picture: by itself, by a variation selector, by a skin tone or as a flag.
    (UTS #51, 2.7)"""
    if cluster.isascii() or "\ufe0e" in cluster:
        return False
    from uniseg.emoji import emoji_presentation

    return "\ufe0f" in cluster or any(emoji_presentation(character) for character in cluster)


def grapheme_spans(text: str) -> list[Span]:
    """(first, last) of each user-perceived character, ``last`` exclusive."""
    if text.isascii():
        return [(at, at + 1) for at in range(len(text))]
    from uniseg.graphemecluster import grapheme_cluster_boundaries

    bounds = list(grapheme_cluster_boundaries(text))
    return list(pairwise(bounds))


@lru_cache(maxsize=256)
def break_offsets(text: str) -> frozenset[int]:
    """Offsets at which a new line may begin, the end of the text among them."""
    from uniseg.linebreak import line_break_boundaries

    return frozenset((*line_break_boundaries(text), *word_ends(text), len(text)))


def bidi_levels(text: str) -> tuple[int, list[int]]:
    """The paragraph's embedding level (0 left to right, 1 right to left) and the level of every character.

    Isolates count as neutral characters.
    """
    classes = [unicodedata.bidirectional(c) for c in text]
    if _RIGHT_TO_LEFT.isdisjoint(classes):
        return 0, [0] * len(text)
    from bidi import algorithm

    base = algorithm.get_base_level(text)
    storage = algorithm.get_empty_storage()
    storage["base_level"] = base
    characters = []
    for at, (character, kind) in enumerate(zip(text, classes, strict=True)):
        kind = ("ON" if kind else "L") if kind in _ISOLATES else kind
        characters.append({"ch": character, "level": base, "type": kind, "orig": kind, "at": at})
    storage["chars"] = characters
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    levels: list[int | None] = [None] * len(text)
    for kept in storage["chars"]:
        levels[kept["at"]] = kept["level"]
    filled, last = [], base
    for level in levels:  # characters that rule X9 removes go with the one before
        last = last if level is None else level
        filled.append(last)
    return base, filled


def visual_order(levels: Sequence[int]) -> list[int]:
    """Rule L2: indices from left to right of the items of one line, each with its level."""
    order = list(range(len(levels)))
    if not levels or max(levels) == 0:
        return order
    odd = [level for level in levels if level % 2]
    for level in range(max(levels), min(odd, default=max(levels) + 1) - 1, -1):
        at = 0
        while at < len(order):
            end = at
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[at:end] = order[at:end][::-1]
            at = max(end, at + 1)
    return order


def scripts(text: str) -> list[str]:
    """ISO 15924 codes; common and inherited characters take the script before them, at the beginning the one after."""
    if text.isascii():
        return ["Latn"] * len(text)
    from fontTools.unicodedata import script

    found: list[str] = []
    last = ""
    for character in text:
        code = script(character)
        if code not in ("Zyyy", "Zinh", "Zzzz"):
            last = code
        found.append(last)
    first = next((code for code in found if code), "Latn")
    return [code or first for code in found]
