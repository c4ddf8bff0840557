"""Numba kernels: arrays in, arrays out. Nothing here knows of the rest of the project.

Pixels are premultiplied RGBA, (h, w, 4) uint8, C-contiguous; where a kernel takes them packed, (h, w) uint32, red is
the lowest byte (little-endian machines). All kernels release the interpreter lock and keep no state of their own.

The compiled kernels are kept in ``__pycache__`` beside the modules, or in the user's cache folder where that cannot be
written to and holds none, or in ``NUMBA_CACHE_DIR``. A process that finds none there says so in the log before it
compiles.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

from numba.core import event

_log = logging.getLogger("velocity_engine.kernels")


@cache
def announce() -> None:
    """Says once that kernels are being compiled."""
    _log.warning("Compiling for this machine, once; it takes some seconds (velocity warmup does it beforehand)")


class _Announcement(event.Listener):
    """Of compiling in this process. Kernels that are read from the cache raise no event."""

    def on_start(self, event: Any) -> None:
        announce()

    def on_end(self, event: Any) -> None:
        return


event.register("numba:compile", _Announcement())
