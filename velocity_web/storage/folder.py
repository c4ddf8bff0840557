"""Files in the data folder of this machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO

from velocity_web.storage.files import publish, remove
from velocity_web.storage.objects import KEPT, Found, never


class AtOnce(Executor):
    """Does what it is given before it returns: giving a file a name is worth no other thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # who asks for the result gets it
            done.set_exception(error)
        return done


class OpenedFile:
    """An open file of a disk."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.size = os.fstat(stream.fileno()).st_size

    def part(self, first: int, last: int) -> BinaryIO:
        self._stream.seek(first)
        return self._stream

    def close(self) -> None:
        self._stream.close()


class FolderObjects:
    """The files lie where they are used."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def check(self) -> None:
        """What the folder lacks is told by who makes it."""

    def fault(self) -> str | None:
        return None

    def carrier(self, threads: int) -> Executor:
        return AtOnce()

    def store(self, source: Path, file: str, stop: Callable[[], bool] = never) -> int:
        final = self._data / file
        publish(source, final)
        return final.stat().st_size

    def open(self, file: str) -> OpenedFile:
        return OpenedFile((self._data / file).open("rb"))

    def copy(self, file: str, sha256: str, stop: Callable[[], bool] = never) -> AbstractContextManager[Path]:
        path = self._data.resolve() / file
        path.stat()
        return nullcontext(path)

    def stand_ins(self) -> AbstractContextManager[Callable[[str], Path]]:
        return nullcontext(self._data.resolve().joinpath)

    def delete(self, file: str) -> None:
        remove(self._data / file)

    def list(self) -> Iterator[Found]:
        for folder in KEPT:
            for path in (self._data / folder).iterdir():
                with suppress(FileNotFoundError):
                    found = path.stat()
                    yield Found(f"{folder}/{path.name}", found.st_size, found.st_mtime)

    def url(self, file: str, most_seconds: int | None = None) -> str | None:
        return None
