"""Shelves: entries appear when they are whole, in a folder as at a URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from velocity_engine.cache.shelves import Shelf, shelf_at
from velocity_engine.errors import StorageError, VelocityError

NAME = "segments/ab/abcd/ef01"


@pytest.fixture(params=["folder", "memory"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    return shelf_at(tmp_path / "cache" if request.param == "folder" else f"memory://{uuid4().hex}/cache")


def test_what_is_put_is_there_until_it_is_deleted(shelf: Shelf) -> None:
    assert not shelf.holds_below("segments/ab/abcd")
    assert list(shelf.list()) == []
    assert shelf.put(NAME, [b"one, ", b"two"]) == 8
    shelf.put(NAME, [b"one, ", b"two"])
    with shelf.open(NAME) as file:
        assert file.read() == b"one, two"
    assert shelf.holds_below("segments/ab/abcd")
    assert not shelf.holds_below("segments/ab/abcde")
    [found] = shelf.list()
    assert (found.name, found.size, found.used_at > 1e9) == (NAME, 8, True)
    shelf.delete(NAME)
    shelf.delete(NAME)
    assert not shelf.holds_below("segments/ab/abcd")
    with pytest.raises((OSError, VelocityError)):
        shelf.open(NAME).read()


def test_what_breaks_on_the_way_leaves_nothing(shelf: Shelf) -> None:
    def parts() -> Iterator[bytes]:
        yield b"one, "
        raise OSError("the disk is full")

    with pytest.raises((OSError, VelocityError)):
        shelf.put(NAME, parts())
    assert list(shelf.list()) == []


def test_a_folder_notes_uses_and_keeps_nothing_empty(tmp_path: Path) -> None:
    shelf = shelf_at(tmp_path / "cache")
    shelf.put(NAME, [b"old"])
    os.utime(tmp_path / "cache" / NAME, (1e9, 1e9))
    shelf.open(NAME).close()
    [found] = shelf.list()
    assert found.used_at > 1.1e9
    shelf.delete(NAME)
    assert list(tmp_path.rglob("*")) == []


def test_what_another_process_is_writing_is_no_entry(tmp_path: Path) -> None:
    (tmp_path / "segments/ab/abcd").mkdir(parents=True)
    (tmp_path / "segments/ab/abcd/x.part").write_bytes(b"half")
    assert not shelf_at(tmp_path).holds_below("segments/ab/abcd")


def test_a_scheme_without_a_backend_is_told() -> None:
    with pytest.raises(StorageError, match="no storage backend serves nowhere://"):
        shelf_at("nowhere://bucket/cache")
