"""Fewer looks for garbage where many objects are made and hardly any is garbage.

A frame makes thousands of small objects, nearly all of which end with it, without cycles; a command makes several
100,000 while it starts, nearly all of which live until it ends. Python looks through the young ones every 700: that
took a fifth of the time to evaluate a document with many shapes, and a fifth of the time to a command's first frame.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG_OBJECTS = 100_000

_lock = threading.Lock()
_inside = 0
_before = gc.get_threshold()


@contextmanager
def raised_gc_threshold() -> Iterator[None]:
    """Python looks for garbage among YOUNG_OBJECTS new objects at the earliest; its own threshold comes back when the
    last of those who are inside leaves. A collector that is switched off, or rarer already, is left alone."""
    global _inside, _before
    with _lock:
        if _inside == 0:
            _before = gc.get_threshold()
            if 0 < _before[0] < YOUNG_OBJECTS:
                gc.set_threshold(YOUNG_OBJECTS, *_before[1:])
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                gc.set_threshold(*_before)
