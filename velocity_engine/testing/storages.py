"""The conformance suite of storage backends."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from velocity_engine.errors import RenderCancelled, StorageError
from velocity_engine.plugin_types import (
    NamesInPlace,
    Storage,
)
from velocity_engine.plugins import checks

if TYPE_CHECKING:
    pass
from velocity_engine.testing.sentences import require, require_protocol


def check_storage(storage: Storage, folder: str) -> None:
    """Checks that a storage backend follows its protocol.

    It puts, reads, lists, replaces and deletes files. A ``put`` that is broken off must leave what was there. Where
    there is no file, the backend must raise StorageError.

    Args:
        storage: The storage backend.
        folder: A target of this backend under which files may be written, without the final slash. Nothing is below it.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
    """
    require_protocol(checks.STORAGE, storage)
    require(not list(storage.list(folder)), f"list found something below {folder}, where nothing is")
    target = f"{folder}/{uuid.uuid4().hex}.bin"
    with tempfile.TemporaryDirectory() as temporary:
        local = Path(temporary) / "result.bin"
        versions = [_check_put(storage, local, target, content) for content in (b"first" * 1000, b"second", b"")]
        storage.check(target)
        told = [version for version in versions if version]
        require(len(told) == len(set(told)), "stat returned one version for different contents")
        _check_broken_off(storage, local, target)
        missing = str(Path(temporary) / "missing")
        _fails(lambda: storage.put(missing, target, lambda sent: None), "putting a file that is not there")
        if isinstance(storage, NamesInPlace):
            _check_named(storage, f"{folder}/{uuid.uuid4().hex}.bin")
    storage.delete(target)
    storage.delete(target)
    _fails(lambda: storage.open(target).read(), "opening what was deleted")
    _fails(lambda: storage.stat(target), "asking about what was deleted")
    try:
        url = storage.url(target, 60.0)
    except StorageError:
        return
    require("://" in url, f"url returned {url!r}, which is no URL")


def _check_put(storage: Storage, local: Path, target: str, content: bytes) -> str:
    """Puts a content and reads it in all ways; returns its version."""
    local.write_bytes(content)
    sent: list[int] = []
    size = storage.put(str(local), target, sent.append)
    require(size == len(content), f"put returned the size {size} for {len(content)} bytes")
    require(sent == sorted(sent) and all(one <= size for one in sent), f"the progress of put was {sent}")
    known = storage.stat(target)
    require((known.target, known.size) == (target, size), f"stat returned {known} for {size} bytes")
    folder, _slash, name = target.rpartition("/")
    listed = [(one.size, one.target.rpartition("/")[2]) for one in storage.list(folder)]
    require(listed == [(size, name)], f"list returned {listed} where {name} is alone")
    for start, end in ((0, None), (0, 0), (2, 5), (3, None), (0, 10**9), (10**9, None)):
        with storage.open(target, start, end) as stored:
            require(
                stored.read() == content[start:end], f"open from {start} to {end} returned other bytes than were put"
            )
    return known.version


def _check_broken_off(storage: Storage, local: Path, target: str) -> None:
    """A put whose progress raises leaves what was there, whole."""

    def break_off(_sent: int) -> None:
        raise RenderCancelled("the check cancels")

    before = storage.stat(target).size
    local.write_bytes(b"x" * 3_000_000)
    try:
        storage.put(str(local), target, break_off)
    except RenderCancelled:
        with storage.open(target) as stored:
            require(len(stored.read()) == before, "a put that was broken off changed the file")
    except Exception as error:
        raise AssertionError(f"put raised {type(error).__name__} in place of what its progress raised") from error
    else:
        raise AssertionError("put did not call its progress for a file of 3 MB, or went on after it raised")


def _check_named(storage: NamesInPlace, target: str) -> None:
    part = Path(storage.part(target))
    require(not part.exists(), "part returned a path where something is")
    part.write_bytes(b"video")
    size = storage.name(str(part), target)
    require(size == 5 and not part.exists(), f"name returned the size {size} for 5 bytes, or left the part")
    assert isinstance(storage, Storage)
    with storage.open(target) as stored:
        require(stored.read() == b"video", "what was named in place has other bytes")
    storage.delete(target)


def _fails(action: Callable[[], object], what: str) -> None:
    try:
        action()
    except StorageError:
        return
    except Exception as error:
        raise AssertionError(f"{what} raised {type(error).__name__}, not StorageError") from error
    raise AssertionError(f"{what} raised nothing: it must raise StorageError")
