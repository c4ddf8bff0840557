"""Where files are kept: the folder and a bucket answer alike, and what a bucket may do that a folder does not."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from web.support_bucket import Bucket, S3Server

from velocity_web.failures import NoSpace, Unavailable
from velocity_web.settings import Settings
from velocity_web.storage import disk
from velocity_web.storage.bucket import BucketObjects
from velocity_web.storage.chosen import objects_for_requests
from velocity_web.storage.copies import make_room
from velocity_web.storage.files import make_folders
from velocity_web.storage.objects import Objects, Stopped, discard

CONTENT = bytes(range(256)) * 40
FILE = "templates/one.zip"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    made = Bucket(s3_server)
    for name, value in made.environment.items():
        if name.startswith("AWS"):
            monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def of_bucket(bucket: Bucket, tmp_path: Path) -> Settings:
    settings = Settings(data=tmp_path, storage=bucket.environment["VELOCITY_STORAGE"])
    make_folders(tmp_path)
    return settings


@pytest.fixture(params=["folder", "bucket"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "bucket":
        settings: Settings = request.getfixturevalue("of_bucket")
    else:
        settings = Settings(data=tmp_path)
        make_folders(tmp_path)
    made = objects_for_requests(settings)
    made.check()
    return made


def store(objects: Objects, folder: Path, content: bytes = CONTENT, file: str = FILE) -> int:
    source = folder / "source"
    source.write_bytes(content)
    return objects.store(source, file)


# --- both alike ---


def test_a_file_is_stored_read_copied_listed_and_deleted(objects: Objects, tmp_path: Path) -> None:
    assert list(objects.list()) == []
    assert store(objects, tmp_path) == len(CONTENT)
    assert not (tmp_path / "source").exists()
    opened = objects.open(FILE)
    assert opened.size == len(CONTENT)
    assert opened.part(0, len(CONTENT) - 1).read(len(CONTENT)) == CONTENT
    assert opened.part(300, 309).read(10) == CONTENT[300:310]
    assert opened.part(5, 5).read(1) == CONTENT[5:6]
    opened.close()
    with objects.copy(FILE, digest(CONTENT)) as path:
        assert path.read_bytes() == CONTENT
        assert path.suffix == ".zip"
    with objects.stand_ins() as stand_in:
        assert stand_in(FILE).is_file() and stand_in(FILE).name == "one.zip"
        assert not stand_in("assets/none.png").exists()
    [found] = objects.list()
    assert (found.file, found.size_bytes) == (FILE, len(CONTENT))
    assert found.stored_at and abs(found.stored_at - time.time()) < 600
    assert objects.fault() is None
    objects.delete(FILE)
    objects.delete(FILE)
    assert list(objects.list()) == []


def test_what_is_not_there_is_a_file_that_is_not_found(objects: Objects) -> None:
    for ask in (objects.open, lambda file: objects.copy(file, digest(b""))):
        with pytest.raises(FileNotFoundError):
            ask("renders/none.mp4")


def test_a_file_that_was_stored_after_a_list_is_found(objects: Objects, tmp_path: Path) -> None:
    store(objects, tmp_path, file="templates/first.zip")
    assert [found.file for found in objects.list()] == ["templates/first.zip"]
    store(objects, tmp_path)
    assert objects.open(FILE).size == len(CONTENT)
    assert len(list(objects.list())) == 2


def test_only_plain_files_are_stored(objects: Objects, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"a secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="no regular file"):
        objects.store(tmp_path / "link", FILE)
    assert list(objects.list()) == []


def test_a_carrier_hands_on_what_is_raised(objects: Objects) -> None:
    carrier = objects.carrier(1)
    assert carrier.submit(len, "abc").result() == 3
    with pytest.raises(ZeroDivisionError):
        carrier.submit(lambda: 1 // 0).result()
    carrier.shutdown()


# --- a bucket ---


def test_a_large_file_goes_there_in_parts(of_bucket: Settings, bucket: Bucket, tmp_path: Path) -> None:
    content = os.urandom(21 << 20)
    objects = objects_for_requests(of_bucket)
    bucket.server.requests.clear()
    assert store(objects, tmp_path, content) == len(content)
    parts = [path for method, path in bucket.server.requests if method == "PUT" and "partNumber" in path]
    assert len(parts) == 3
    with objects.copy(FILE, digest(content)) as path:
        assert path.read_bytes() == content


def test_storing_that_is_broken_off_leaves_nothing(of_bucket: Settings, bucket: Bucket, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(20 << 20))
    asked = iter([False, True])
    with pytest.raises(Stopped):
        objects_for_requests(of_bucket).store(source, FILE, lambda: next(asked, True))
    assert bucket.files() == []
    assert source.exists()


@pytest.mark.parametrize("fault", ["denied", "broken"])
def test_a_bucket_that_fails_is_unavailable_and_never_a_file_that_is_gone(
    of_bucket: Settings, bucket: Bucket, tmp_path: Path, fault: str
) -> None:
    objects = objects_for_requests(of_bucket)
    objects.check()
    store(objects, tmp_path)
    with bucket.server.failing(fault):
        for ask in (objects.open, objects.delete, lambda file: objects.copy(file, digest(CONTENT))):
            with pytest.raises(Unavailable, match="the storage does not answer"):
                ask(FILE)
        with pytest.raises(Unavailable):
            store(objects, tmp_path, file="templates/two.zip")
        assert objects.fault() == "it does not answer"
        discard(objects, FILE)
    assert objects.fault() is None
    assert bucket.files() == [FILE]


def test_a_bucket_that_is_not_there_is_no_file_that_is_gone(of_bucket: Settings, bucket: Bucket) -> None:
    lost = of_bucket.model_copy(update={"storage": "s3://there-is-no-such-bucket/x"})
    with pytest.raises(Unavailable):
        objects_for_requests(lost).open(FILE)
    with pytest.raises(Unavailable):
        list(objects_for_requests(lost).list())


def test_what_failed_is_tried_again_for_as_long_as_it_may(of_bucket: Settings, bucket: Bucket, tmp_path: Path) -> None:
    objects = BucketObjects(of_bucket, 60)
    objects.check()
    store(objects, tmp_path)
    bucket.server.fault = "denied"
    back = threading.Timer(1.0, lambda: setattr(bucket.server, "fault", ""))
    back.start()
    with objects.copy(FILE, digest(CONTENT)) as path:
        assert path.read_bytes() == CONTENT
    back.join()


@pytest.mark.parametrize(
    ("storage", "said"),
    [
        ("bucket/prefix", "must be a URL, such as s3://bucket/prefix"),
        ("memory://files", "cannot be memory://"),
        ("http://127.0.0.1:1/x", "there is no storage"),
        ("nonsense://x", "there is no storage"),
        ("s3://there-is-no-such-bucket/x", "VELOCITY_STORAGE cannot be used: s3://there-is-no-such-bucket/x"),
    ],
)
def test_a_storage_that_cannot_be_used_is_refused_with_a_sentence(of_bucket: Settings, storage: str, said: str) -> None:
    with pytest.raises(ValueError, match="VELOCITY_STORAGE") as refused:
        objects_for_requests(of_bucket.model_copy(update={"storage": storage})).check()
    assert said in str(refused.value)


def test_a_bucket_that_may_not_be_written_is_refused(of_bucket: Settings, bucket: Bucket) -> None:
    with bucket.server.failing("denied"), pytest.raises(ValueError, match="cannot be used"):
        objects_for_requests(of_bucket).check()


def test_signed_urls_need_a_storage_that_signs(of_bucket: Settings, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs VELOCITY_STORAGE"):
        objects_for_requests(Settings(data=tmp_path, signed_url_seconds=60))
    (tmp_path / "kept").mkdir()
    in_a_folder = Settings(data=tmp_path, storage=f"file://{tmp_path}/kept", signed_url_seconds=60)
    with pytest.raises(ValueError, match="to which no URL can be signed"):
        objects_for_requests(in_a_folder).check()
    objects_for_requests(of_bucket.model_copy(update={"signed_url_seconds": 60})).check()


def test_another_storage_of_the_engine_serves_as_well(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", storage=f"file://{tmp_path}/kept")
    make_folders(settings.data)
    objects = objects_for_requests(settings)
    with pytest.raises(ValueError, match="its folder is not there"):
        objects.check()
    (tmp_path / "kept").mkdir()
    objects.check()
    store(objects, tmp_path)
    assert (tmp_path / "kept" / FILE).read_bytes() == CONTENT
    assert [found.file for found in objects.list()] == [FILE]
    objects.delete(FILE)
    with pytest.raises(FileNotFoundError):
        objects.open(FILE)


# --- copies ---


def copies_of(settings: Settings) -> list[str]:
    return sorted(path.name for path in (settings.data / "copies").iterdir())


def test_a_copy_is_fetched_once_whoever_wants_it(of_bucket: Settings, bucket: Bucket, tmp_path: Path) -> None:
    objects = objects_for_requests(of_bucket)
    store(objects, tmp_path)
    store(objects, tmp_path, file="templates/same.zip")
    bucket.server.requests.clear()

    def read(number: int) -> bytes:
        with objects.copy(("templates/same.zip", FILE)[number % 2], digest(CONTENT)) as path:
            return path.read_bytes()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(16))) == {CONTENT}
    assert len([1 for method, path in bucket.server.requests if method == "GET"]) == 1
    assert copies_of(of_bucket) == [f"{digest(CONTENT)}.zip"]
    assert list((of_bucket.data / "tmp").iterdir()) == []


def test_copies_are_bounded_and_those_in_use_stay(of_bucket: Settings, tmp_path: Path) -> None:
    settings = of_bucket.model_copy(update={"copies_bytes": 25_000})
    objects = objects_for_requests(settings)
    contents = [bytes([number]) * 10_000 for number in range(4)]
    for number, content in enumerate(contents):
        store(objects, tmp_path, content, f"audio/{number}.wav")
    held = objects.copy("audio/0.wav", digest(contents[0]))
    for number in (1, 2, 3):
        with objects.copy(f"audio/{number}.wav", digest(contents[number])):
            pass
    assert copies_of(settings) == sorted(f"{digest(contents[number])}.wav" for number in (0, 3))
    with held as path:
        make_room(settings, 25_000)
        assert path.read_bytes() == contents[0]
        assert copies_of(settings) == [path.name]
    make_room(settings, 25_000)
    assert copies_of(settings) == []


def test_the_lock_of_a_process_that_is_killed_is_gone_with_it(of_bucket: Settings, tmp_path: Path) -> None:
    store(objects_for_requests(of_bucket), tmp_path)
    program = (
        "import sys, time; from velocity_web.settings import Settings\n"
        "from velocity_web.storage.chosen import objects_for_requests\n"
        "settings = Settings.model_validate_json(sys.argv[1])\n"
        "held = objects_for_requests(settings).copy(sys.argv[2], sys.argv[3])\n"
        "print('held', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, of_bucket.model_dump_json(), FILE, digest(CONTENT)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "held\n"
    everything = of_bucket.copies_bytes
    make_room(of_bucket, everything)
    assert len(copies_of(of_bucket)) == 1
    process.kill()
    process.wait()
    process.stdout.close()
    make_room(of_bucket, everything)
    assert copies_of(of_bucket) == []


def test_a_damaged_file_is_told_and_never_used(of_bucket: Settings, bucket: Bucket) -> None:
    objects = objects_for_requests(of_bucket)
    bucket.put(FILE, b"something else")
    with pytest.raises(Unavailable, match="is not as it was stored"):
        objects.copy(FILE, digest(CONTENT))
    assert copies_of(of_bucket) == []


def test_a_copy_that_the_disk_has_no_room_for_is_not_fetched(
    of_bucket: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = objects_for_requests(of_bucket)
    store(objects, tmp_path)
    monkeypatch.setattr(disk, "free_bytes", lambda _folder: of_bucket.min_free_bytes)
    with pytest.raises(NoSpace):
        objects.copy(FILE, digest(CONTENT))


def test_a_fetch_that_is_broken_off_leaves_nothing(of_bucket: Settings, tmp_path: Path) -> None:
    objects = objects_for_requests(of_bucket)
    store(objects, tmp_path)
    with pytest.raises(Stopped):
        objects.copy(FILE, digest(CONTENT), lambda: True)
    assert copies_of(of_bucket) == []
    assert list((of_bucket.data / "tmp").iterdir()) == []
