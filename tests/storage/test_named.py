"""What a storage plugin does wrong is told with the URL, the scheme and its name; what may pass is tried again."""

from __future__ import annotations

import io
import urllib.error
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine.plugin_types import StoredFile
from velocity_engine.storage import retries
from velocity_engine.storage.fetched import local_path
from velocity_engine.storage.named import is_temporary
from velocity_engine.storage.targets import storage_for

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
SMALL = ve.EncoderConfig(resolution=(160, 90), preset=5)
URL = "vault://shelf/a.mp4"
WHO = "the storage plugin for vault:// of this program"


class Vault:
    """Files in a dictionary. ``faults`` has what each method does in place of its work, call by call."""

    schemes = ("vault",)

    def __init__(self, **faults: list[Any]) -> None:
        self.files: dict[str, bytes] = {}
        self.faults = faults
        self.calls: list[str] = []

    def _act(self, method: str, usual: Callable[[], Any]) -> Any:
        self.calls.append(method)
        waiting = self.faults.get(method)
        if not waiting:
            return usual()
        fault = waiting.pop(0)
        if isinstance(fault, BaseException):
            raise fault
        return fault

    def check(self, target: str) -> None:
        self._act("check", lambda: None)

    def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
        def usual() -> int:
            self.files[target] = Path(local_path).read_bytes()
            progress(len(self.files[target]))
            return len(self.files[target])

        result: int = self._act("put", usual)
        return result

    def open(self, target: str, start: int = 0, end: int | None = None) -> Any:
        return self._act("open", lambda: io.BytesIO(self.files[target][start:end]))

    def stat(self, target: str) -> Any:
        return self._act("stat", lambda: StoredFile(target=target, size=len(self.files[target]), version="1"))

    def list(self, folder: str) -> Iterator[Any]:
        yield StoredFile(target=f"{folder}/a", size=1, version="")
        yield self._act("list", lambda: StoredFile(target=f"{folder}/b", size=1, version=""))

    def delete(self, target: str) -> None:
        self._act("delete", lambda: self.files.pop(target, None))

    def url(self, target: str, seconds: float) -> Any:
        return self._act("url", lambda: "https://signed.example/a")


class BrokenStream(io.BytesIO):
    def __init__(self, error: BaseException) -> None:
        super().__init__(b"content")
        self._error = error

    def read(self, size: int | None = -1) -> bytes:
        raise self._error


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(retries, "PAUSES", (0.01, 0.01))
    monkeypatch.setenv("VELOCITY_CACHE", str(tmp_path / "cache"))


def rendered(**more: Any) -> ve.RenderResult:
    with ve.open_template(DEMO) as template:
        return ve.render(template, URL, encoder=SMALL, frames=(0, 5), **more)


ASKED: dict[str, Callable[[Any], Any]] = {
    "check": lambda storage: storage.check(URL),
    "put": lambda storage: storage.put(str(DEMO), URL, lambda sent: None),
    "open": lambda storage: storage.open(URL),
    "stat": lambda storage: storage.stat(URL),
    "list": lambda storage: list(storage.list(URL)),
    "delete": lambda storage: storage.delete(URL),
    "url": lambda storage: storage.url(URL, 60.0),
}


@pytest.mark.parametrize("method", ASKED)
def test_each_failure_names_the_url_the_scheme_and_the_plugin(method: str, register: Callable[[Any], None]) -> None:
    kept = ve.StorageError("the vault is full")
    vault = Vault(**{method: [KeyError("shelf"), SystemExit("bye"), ConnectionResetError("reset"), kept]})
    register(vault)
    storage = storage_for(URL)
    for words in ("KeyError: 'shelf'", "SystemExit: bye"):
        with pytest.raises(ve.StorageError) as raised:
            ASKED[method](storage)
        assert raised.value.message.startswith(f"{URL} cannot be ")
        assert raised.value.message.endswith(f": {WHO} failed: {words}")
        assert not isinstance(raised.value, ve.TemporaryStorageError)
    with pytest.raises(ve.TemporaryStorageError, match="ConnectionResetError: reset"):
        ASKED[method](storage)
    with pytest.raises(ve.StorageError) as own:
        ASKED[method](storage)
    assert own.value is kept


@pytest.mark.parametrize(
    ("method", "answer", "words"),
    [
        ("put", "5", "put returned str: it must return the size in bytes"),
        ("open", None, "open returned NoneType: it must return an open file"),
        ("stat", {"size": 5}, "stat returned dict: it must return StoredFile"),
        ("list", "a.mp4", "list returned str: it must return StoredFile"),
        ("url", b"https://", "url returned bytes: it must return a text"),
    ],
)
def test_wrong_answers_are_told(method: str, answer: Any, words: str, register: Callable[[Any], None]) -> None:
    # Vault returns what is no error as it is; None stands for an answer as well.
    register(Vault(**{method: [answer]}))
    with pytest.raises(ve.StorageError, match=f"{WHO} failed: TypeError: {words}"):
        ASKED[method](storage_for(URL))


def test_a_render_to_a_faulty_storage(register: Callable[[Any], None]) -> None:
    vault = Vault(check=[ValueError("no shelf")])
    register(vault)
    with pytest.raises(ve.StorageError, match=f"{URL} cannot be checked: {WHO} failed: ValueError: no shelf"):
        rendered()
    vault.faults = {"put": [OSError(28, "No space left on device")]}
    with pytest.raises(ve.StorageError, match="OSError: No space left on device"):
        rendered()
    assert vault.calls.count("put") == 1, "what stays wrong is not tried again"
    vault.faults = {"put": [TimeoutError(), ConnectionRefusedError()]}
    assert rendered().size_bytes == len(vault.files[URL])
    assert vault.calls.count("put") == 4


def test_what_the_caller_raises_is_not_the_storages(register: Callable[[Any], None]) -> None:
    register(Vault())

    def told(now: ve.Progress) -> None:
        if now.stage == "storing":
            raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        rendered(progress=told)


def test_reading_is_tried_again(register: Callable[[Any], None]) -> None:
    broken = BrokenStream(ConnectionResetError("reset while reading"))
    vault = Vault(stat=[TimeoutError("slow"), ConnectionError("gone")], open=[ConnectionError("gone"), broken])
    register(vault)
    vault.files[URL] = b"content" * 100_000
    assert Path(local_path(URL)).read_bytes() == vault.files[URL]
    assert vault.calls == ["stat"] * 3 + ["open"] * 3


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        (BrokenStream(KeyError("row")), "KeyError: 'row'"),
        (io.StringIO("text"), "TypeError: read returned str: it must return bytes"),
    ],
)
def test_what_a_stream_does_wrong(stream: Any, words: str, register: Callable[[Any], None]) -> None:
    vault = Vault(open=[stream])
    register(vault)
    vault.files[URL] = b"content"
    with pytest.raises(ve.StorageError, match=f"{URL} cannot be read: {WHO} failed: {words}"):
        ve.open_template(URL)


def test_an_older_file_stays_where_it_cannot_be_known_whether_it_is_there(
    tmp_path: Path, register: Callable[[Any], None]
) -> None:
    """A poster that cannot be stored must not take the video with it that was there before."""
    vault = Vault(stat=[TimeoutError()] * 3)
    register(vault)
    vault.files[URL] = b"older"
    poster = tmp_path / "a.jpg"
    with pytest.raises(ve.StorageError), ve.open_template(DEMO) as template:
        ve.render(
            template,
            URL,
            encoder=SMALL,
            frames=(0, 5),
            poster=str(poster),
            progress=lambda now: poster.mkdir() if now.stage == "storing" and not poster.exists() else None,
        )
    assert "delete" not in vault.calls and URL in vault.files


@pytest.mark.parametrize(
    ("error", "temporary"),
    [
        (ConnectionError(), True),
        (TimeoutError(), True),
        (OSError(5, "Input/output error"), True),
        (OSError(28, "No space left on device"), False),
        (urllib.error.URLError(ConnectionRefusedError()), True),
        (urllib.error.URLError("unknown url type"), False),
        (PermissionError(13, "Permission denied"), False),
        (KeyError("a"), False),
    ],
)
def test_what_is_worth_a_retry(error: Exception, temporary: bool) -> None:
    assert is_temporary(error) is temporary
