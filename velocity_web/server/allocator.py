"""How the C library keeps memory: as a server needs it, whose threads take and free a little, and at times much."""

from __future__ import annotations

import ctypes

# mallopt's numbers for what is set, from malloc.h of glibc.
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
ARENAS = 2
LARGE_BYTES = 256 * 1024


def settle_allocator() -> None:
    """Let threads share their arenas, and give large blocks back when they are freed. Of no effect without glibc.

    By itself glibc keeps an arena for each thread, whose free memory the others do not get, and takes ever larger
    blocks from there once one was freed.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return
    mallopt(ARENA_MAX, ARENAS)
    mallopt(MMAP_THRESHOLD, LARGE_BYTES)
    mallopt(TRIM_THRESHOLD, LARGE_BYTES)
