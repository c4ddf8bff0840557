"""Delivering a finished file: it is written to a file of this machine first, and stored when it is whole and checked.

A backend that can give a file its name in one step (folders) has the file written beside its target. For all others
it lies in the temporary folder and is put from there. What may go well a moment later is tried again.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from velocity_engine.errors import Place, TemporaryStorageError, VelocityError
from velocity_engine.files.leftovers import note
from velocity_engine.plugin_types import NamesInPlace
from velocity_engine.storage.retries import tried
from velocity_engine.storage.targets import storage_for


def check_target(target: str | os.PathLike[str], field: str = "output") -> None:
    """Looks, before any work, whether a file can be stored at a target.

    Args:
        target: A path or a URL.
        field: The field of the request that has it, for errors.

    Raises:
        StorageError: It cannot, as far as can be known without writing.
    """
    storage_for(target, Place(field=field)).check(os.fspath(target))


class Delivery:
    """A file on its way to ``target``. Write ``part``, then call ``store``. Leaving the ``with`` statement removes what
    is left of it.

    Attributes:
        target: The path or URL.
        part: The file of this machine that is written first.
    """

    def __init__(self, target: str | os.PathLike[str]) -> None:
        self.target = os.fspath(target)
        self._storage = storage_for(self.target)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if isinstance(self._storage, NamesInPlace):
            self.part = Path(self._storage.part(self.target))
            note(self.part)
        else:
            self._folder = tempfile.TemporaryDirectory(prefix="velocity-")
            note(self._folder.name)
            self.part = Path(self._folder.name) / "video.part"

    @property
    def names_in_place(self) -> bool:
        """Whether storing is to give a file its name."""
        return isinstance(self._storage, NamesInPlace)

    def store(
        self, cancelled: Callable[[], bool] = lambda: False, progress: Callable[[int], None] = lambda sent: None
    ) -> int:
        """Stores the part under the target, whole or not at all, and returns its size in bytes.

        Args:
            cancelled: Is asked before each attempt, and while one waits.
            progress: Is called with the number of bytes that were sent, where the backend tells.

        Raises:
            StorageError: It cannot be stored, also after several attempts.
            RenderCancelled: ``cancelled`` was true.
        """
        if isinstance(self._storage, NamesInPlace):
            return self._storage.name(str(self.part), self.target)
        return tried(lambda: self._storage.put(str(self.part), self.target, progress), cancelled)

    def __enter__(self) -> Delivery:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.part.unlink(missing_ok=True)
        if self._folder is not None:
            self._folder.cleanup()


class Deliveries:
    """The files of one output on their way: one for each number, where the output is ``numbered``, else a single one.

    Leaving the ``with`` statement removes what is left of them.
    """

    def __init__(self, target: str | os.PathLike[str], numbered: Callable[[str, int], str] | None = None) -> None:
        self._target, self._numbered = os.fspath(target), numbered
        self._files: dict[int, Delivery] = {}
        self._beside: list[Delivery] = []

    def beside(self, target: str | os.PathLike[str]) -> Path:
        """Returns the file of this machine that is written first for a further target, which is stored as the others.

        Args:
            target: Its path or URL.
        """
        self._beside.append(Delivery(target))
        return self._beside[-1].part

    def part(self, number: int = 0) -> Path:
        """Returns the file of this machine that is written first.

        Args:
            number: The number of the file; 0 where there is one.
        """
        if number not in self._files:
            target = self._target if self._numbered is None else self._numbered(self._target, number)
            self._files[number] = Delivery(target)
        return self._files[number].part

    @property
    def parts(self) -> list[Path]:
        """The files that were begun, in the order of their numbers."""
        return [self._files[number].part for number in sorted(self._files)]

    def store(
        self, cancelled: Callable[[], bool] = lambda: False, progress: Callable[[int], None] = lambda sent: None
    ) -> int:
        """Stores all files and returns the size of those of the output in bytes. It is as ``Delivery.store``.

        What is named in one step comes last, since that hardly fails. Where one cannot be stored, those that were are
        deleted again, but for what took the place of an older file.
        """
        files = [self._files[number] for number in sorted(self._files)]
        every = sorted((*self._beside, *files), key=lambda one: one.names_in_place)
        new = [one.target for one in every if not _is_there(one.target)] if len(every) > 1 else []
        sizes: dict[str, int] = {}
        try:
            for one in every:
                sizes[one.target] = one.store(cancelled, progress)
        except BaseException:
            for target in sizes:
                if target in new:
                    with suppress(VelocityError):
                        storage_for(target).delete(target)
            raise
        return sum(sizes[one.target] for one in files)

    def __enter__(self) -> Deliveries:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for delivery in (*self._files.values(), *self._beside):
            delivery.__exit__(kind, error, trace)


def _is_there(target: str) -> bool:
    """Whether something lies at a target; also where that cannot be known, so that it is not deleted."""
    storage = storage_for(target)
    try:
        tried(lambda: storage.stat(target))
    except TemporaryStorageError:
        return True
    except VelocityError:
        return False
    return True
