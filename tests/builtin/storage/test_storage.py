"""The built-in storage backends."""

from __future__ import annotations

from pathlib import Path

import pytest

from velocity_engine.builtin.storage import velocity_storages
from velocity_engine.builtin.storage.folder import FolderStorage
from velocity_engine.builtin.storage.remote import RemoteStorage
from velocity_engine.errors import StorageError
from velocity_engine.testing import check_storage


def test_conform_to_the_protocol(tmp_path: Path) -> None:
    check_storage(FolderStorage(), str(tmp_path / "deep" / "results"))
    check_storage(FolderStorage(), (tmp_path / "with space").as_uri())
    check_storage(RemoteStorage(), "memory://results/deep")


def test_no_scheme_is_served_twice() -> None:
    schemes = [scheme for storage in velocity_storages() for scheme in storage.schemes]
    assert len(schemes) == len(set(schemes))
    assert {"file", "s3"} <= set(schemes)


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"a file, not a folder")
    local = tmp_path / "local.mp4"
    local.write_bytes(b"video")
    with pytest.raises(StorageError) as caught:
        FolderStorage().put(str(local), str(tmp_path / "taken" / "out.mp4"))
    assert str(tmp_path) not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["local.mp4", "taken"]


def test_deleting_twice_is_no_error(tmp_path: Path) -> None:
    local = tmp_path / "local.mp4"
    local.write_bytes(b"video")
    for storage, target in ((FolderStorage(), str(tmp_path / "gone.mp4")), (RemoteStorage(), "memory://gone.mp4")):
        assert storage.put(str(local), target) == 5
        storage.delete(target)
        storage.delete(target)
        with pytest.raises(StorageError):
            storage.open(target)
    assert [path.name for path in tmp_path.iterdir()] == ["local.mp4"]


def test_a_scheme_whose_package_is_missing() -> None:
    with pytest.raises(StorageError, match="not installed"):
        RemoteStorage().open("abfs://container/file")
