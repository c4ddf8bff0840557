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
from numba.core.caching import FunctionCache
from numba.core.runtime.nrt import rtsys

from velocity_engine.kernels import announce
from velocity_engine.kernels.compiler.parallel import FIRST, compile_first_kernels


class _Cache(FunctionCache):
    def load_overload(self, sig: Any, target_context: Any) -> Any:
        rtsys.initialize(target_context)  # the runtime that compiled code allocates arrays with
        found = self._read(sig, target_context)
        if found is None and self._py_func.__module__ == FIRST:
            announce()
            compile_first_kernels()
            found = self._read(sig, target_context)
        return super().load_overload(sig, target_context) if found is None else found

    def _read(self, sig: Any, target_context: Any) -> Any:
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)


def kernel(signature: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compiles a function for ``signature`` (numba's, or its text), or reads it from the cache, when it is defined.

    It releases the interpreter lock. ``options`` are those of ``njit``.
    """

    def compiled(function: Callable[..., Any]) -> Any:
        dispatcher = njit(nogil=True, **options)(function)
        if hasattr(dispatcher, "disable_compile"):  # not where NUMBA_DISABLE_JIT leaves functions as they are
            dispatcher._cache = _Cache(function)
            dispatcher.compile(signature)
            dispatcher.disable_compile()
        return dispatcher

    return compiled
