"""Where compiled kernels are kept: where numba keeps them, and also beside a module whose folder cannot be written to
but holds them.

That is so in a read-only installation whose kernels were compiled while it was made, and in a process that may read the
installation and write nothing there. Such a folder is read, and left as it is.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from numba.core import config
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.runtime.nrt import rtsys

from velocity_engine.kernels import announce
from velocity_engine.kernels.compiler.parallel import FIRST, compile_first_kernels

_NAMES = ("UserProvidedCacheLocator", "InTreeCacheLocator")  # with an underscore in earlier versions of numba


def _filled(locator: Any) -> Any:
    """The same folder as ``locator``'s, wherever it holds code of the function, whether or not it can be written to."""

    class Filled(locator):  # type: ignore[misc]  # numba has no types
        @classmethod
        def from_function(cls, py_func: Callable[..., Any], py_file: str) -> Any:
            is_named = getattr(config, "CACHE_DIR", "") or locator.__name__.endswith(_NAMES[1])
            if not is_named or not os.path.exists(py_file):
                return None
            found = cls(py_func, py_file)
            index = f"{Path(py_file).stem}.{py_func.__qualname__}-{found.get_disambiguator()}.*.nbi"
            return found if any(Path(found.get_cache_path()).glob(index)) else None

    return Filled


def _with_filled(locators: Iterable[Any]) -> Iterator[Any]:
    for locator in locators:
        yield locator
        if locator.__name__.lstrip("_") in _NAMES:
            yield _filled(locator)


class _KernelFiles(CompileResultCacheImpl):
    """What is kept of a function: numba's own, in some more folders."""

    _locator_classes = list(_with_filled(CompileResultCacheImpl._locator_classes))  # noqa: RUF012  # as numba has it


class KernelCache(FunctionCache):
    """The compiled code of one kernel, read without what compiling takes."""

    _impl_class = _KernelFiles

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        rtsys.initialize(target_context)  # the runtime that compiled code allocates arrays with
        found = self._read(sig, target_context)
        if found is None and self._py_func.__module__ == FIRST:
            announce()
            compile_first_kernels()
            found = self._read(sig, target_context)
        return super().load_overload(sig, target_context) if found is None else found

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(PermissionError):
            super().save_overload(sig, data)

    def _read(self, sig: Any, target_context: Any) -> Any:
        with self._guard_against_spurious_io_errors():
            return self._load_overload(sig, target_context)
