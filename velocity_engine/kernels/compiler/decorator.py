"""The decorator of kernels: numba's ``njit`` for one signature, whose compiled code is read without what compiling
takes.

Before it reads a function from its cache, numba imports all that it can compile and enters it into tables, which costs
more than all kernels of a frame. Code that is compiled needs none of that: it is done where a kernel is not in the
cache.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit

from velocity_engine.kernels.compiler.cache import KernelCache


def kernel(signature: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compiles a function for ``signature`` (numba's, or its text), or reads it from the cache, when it is defined.

    It releases the interpreter lock. ``options`` are those of ``njit``.
    """

    def compiled(function: Callable[..., Any]) -> Any:
        dispatcher = njit(nogil=True, **options)(function)
        if hasattr(dispatcher, "disable_compile"):  # not where NUMBA_DISABLE_JIT leaves functions as they are
            dispatcher._cache = KernelCache(function)
            dispatcher.compile(signature)
            dispatcher.disable_compile()
        return dispatcher

    return compiled
