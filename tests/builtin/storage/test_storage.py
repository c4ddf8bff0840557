"""The built-in storage backends."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from velocity_engine.builtin.storage import velocity_storages
from velocity_engine.builtin.storage.folder import FolderStorage
from velocity_engine.builtin.storage.remote import RemoteStorage
from velocity_engine.errors import StorageError, TemporaryStorageError
from velocity_engine.testing import check_storage


def test_conform_to_the_protocol(tmp_path: Path) -> None:
    check_storage(FolderStorage(), str(tmp_path / "deep" / "results"))
    check_storage(FolderStorage(), (tmp_path / "with space").as_uri())
    check_storage(RemoteStorage(), "memory://results/deep")


def test_s3_conforms_to_the_protocol(bucket: str) -> None:
    check_storage(RemoteStorage(), f"{bucket}/results/deep")


def test_a_signed_url_gives_the_file_to_anybody(bucket: str, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"video")
    RemoteStorage().put(str(tmp_path / "a.bin"), f"{bucket}/a.bin", lambda sent: None)
    assert httpx.get(RemoteStorage().url(f"{bucket}/a.bin", 60)).content == b"video"


def test_a_large_file_goes_in_parts(bucket: str, tmp_path: Path) -> None:
    content = bytes(range(256)) * 100_000
    (tmp_path / "a.bin").write_bytes(content)
    sent: list[int] = []
    RemoteStorage().put(str(tmp_path / "a.bin"), f"{bucket}/a.bin", sent.append)
    assert len(sent) == 4
    assert RemoteStorage().open(f"{bucket}/a.bin", 20_000_000, 20_000_100).read() == content[20_000_000:20_000_100]


def test_no_scheme_is_served_twice() -> None:
    schemes = [scheme for storage in velocity_storages() for scheme in storage.schemes]
    assert len(schemes) == len(set(schemes))
    assert {"file", "s3"} <= set(schemes)


def test_nothing_is_left_of_a_failure(tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"a file, not a folder")
    local = tmp_path / "local.mp4"
    local.write_bytes(b"video")
    with pytest.raises(StorageError) as caught:
        FolderStorage().put(str(local), str(tmp_path / "taken" / "out.mp4"), lambda sent: None)
    assert str(tmp_path) not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["local.mp4", "taken"]


def test_deleting_twice_is_no_error(tmp_path: Path) -> None:
    local = tmp_path / "local.mp4"
    local.write_bytes(b"video")
    for storage, target in ((FolderStorage(), str(tmp_path / "gone.mp4")), (RemoteStorage(), "memory://gone.mp4")):
        assert storage.put(str(local), target, lambda sent: None) == 5
        storage.delete(target)
        storage.delete(target)
        with pytest.raises(StorageError):
            storage.open(target)
    assert [path.name for path in tmp_path.iterdir()] == ["local.mp4"]


def test_a_scheme_whose_package_is_missing() -> None:
    with pytest.raises(StorageError, match=r"abfs://container/file .* not installed") as refused:
        RemoteStorage().open("abfs://container/file")
    assert refused.value.hint == "Install it: pip install 'velocity-render[az]'"


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("s3://bucket", "a bucket"),
        ("memory://folder/", "names no file"),
    ],
)
def test_targets_that_name_no_file(target: str, reason: str) -> None:
    with pytest.raises(StorageError, match=reason):
        RemoteStorage().check(target)


@pytest.mark.parametrize(
    ("error", "temporary"),
    [
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (OSError(16, "busy"), True),
        (PermissionError("no"), False),
    ],
)
def test_which_errors_may_pass(monkeypatch: pytest.MonkeyPatch, error: Exception, temporary: bool) -> None:
    def fail(*_given: object) -> None:
        raise error

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.info", fail)
    with pytest.raises(StorageError) as raised:
        RemoteStorage().stat("memory://a/b")
    assert isinstance(raised.value, TemporaryStorageError) == temporary
    assert "memory://a/b" in str(raised.value)
