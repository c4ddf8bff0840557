"""Where words end in scripts that put no space between them: Thai, Lao, Khmer and Burmese, by the dictionaries of ICU.

ICU comes with the extra ``icu``. Without it such a text breaks at spaces, and between characters where it must.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec

_RUN = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u19e0-\u19ff\ua9e0-\ua9ff\uaa60-\uaa7f]+")
"""Thai and Lao, Burmese, Khmer, and what extends the latter two."""


@cache
def has_dictionaries() -> bool:
    return find_spec("icu") is not None


def needs_dictionaries(text: str) -> bool:
    return not text.isascii() and _RUN.search(text) is not None


def word_ends(text: str) -> Iterator[int]:
    """Offsets at which a word of these scripts ends inside a run of their letters; none without ICU. (UAX #14, class
    SA)"""
    if not (needs_dictionaries(text) and has_dictionaries()):
        return
    import icu

    words = icu.BreakIterator.createLineInstance(icu.Locale.getRoot())
    for run in _RUN.finditer(text):
        words.setText(run.group())  # no letter of these takes two units of UTF-16, so that offsets are the same
        length = len(run.group())
        yield from (run.start() + end for end in words if end < length)  # what follows the run says whether it can end
