"""Giving back the memory of the compiler, which a process that reads compiled kernels needs for a moment only.

To link what was compiled, a process runs a little of LLVM in many places. The system brings in the pages around each,
50 MB in all, and they count as the process's memory until it ends or memory is short.
"""

from __future__ import annotations

import ctypes
import mmap
import re
from contextlib import suppress
from pathlib import Path

# In /proc/self/maps; code is never written to, so that it can be dropped and is in the file.
_CODE = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) r-xp .*/libllvmlite[^/\n]*$", re.MULTILINE)


def give_back_compiler() -> None:
    """Takes LLVM's code out of this process; what is run again comes back from the system's cache of the file. Does
    nothing where there is no ``/proc/self/maps``."""
    with suppress(OSError, AttributeError):
        maps = Path("/proc/self/maps").read_text()
        advise = ctypes.CDLL(None).madvise
        for begin, end in _CODE.findall(maps):
            start = int(begin, 16)
            advise(ctypes.c_void_p(start), ctypes.c_size_t(int(end, 16) - start), mmap.MADV_DONTNEED)
