"""A download that is not whole yet: what has arrived of it, and how the rest is asked for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import httpx

from velocity_client.errors import Damaged

OnBytes = Callable[[int, int | None], None]
"""Is called with the bytes that have arrived, and with all that will, where that is known."""
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")
_NAMES_A_FILE = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SHA256 = re.compile(r'"([0-9a-f]{64})"')
_BLOCK = 1 << 20


class Part:
    """What has arrived of a file, beside it, under the entity tag of what it is a part of.

    So a later download of the same, even by another process, goes on where this one ended.
    """

    def __init__(self, target: Path, on_bytes: OnBytes | None = None) -> None:
        self.target, self.on_bytes = target, on_bytes
        self.prefix = f".{target.name[:100]}."
        self.path: Path | None = None
        self.tag = ""
        self.sha256 = ""
        self.total: int | None = None
        self.file: BinaryIO | None = None
        self._find()

    def _find(self) -> None:
        """Take up what an earlier download left."""
        for path in sorted(self.target.parent.glob(f"{_escaped(self.prefix)}*.part")):
            tag = path.name[len(self.prefix) : -len(".part")]
            if _NAMES_A_FILE.fullmatch(tag):  # with a dot it is of a target whose name is longer
                self.path, self.tag = path, tag

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path is not None and self.path.exists() else 0

    def headers(self) -> dict[str, str]:
        """What asks for the rest, if it is still the same file."""
        return {"Range": f"bytes={self.size}-", "If-Range": f'"{self.tag}"'} if self.tag and self.size else {}

    def learn(self, answer: httpx.Response) -> None:
        """Of the service's answer, also of one that only says where the file is: what the content has to be."""
        if match := _SHA256.fullmatch(answer.headers.get("ETag", "")):
            self.sha256 = match[1]

    def begin(self, answer: httpx.Response) -> None:
        """Open the file for what the answer brings: after what is there, or anew."""
        self.close()
        if answer.status_code == 206:
            match = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
            if match is None or match[1] is None or int(match[1]) != self.size or self.path is None:
                raise Damaged("the server sent another part of the file than was asked for")
            self.total = int(match[2])
            self.file = self.path.open("ab")
            return
        self.discard()
        tag = answer.headers.get("ETag", "")
        self.tag = tag[1:-1] if tag.startswith('"') and _NAMES_A_FILE.fullmatch(tag[1:-1]) else ""
        self.path = self.target.parent / f"{self.prefix}{self.tag}.part"
        length = answer.headers.get("Content-Length", "")
        self.total = int(length) if length.isdigit() and "Content-Encoding" not in answer.headers else None
        self.file = self.path.open("wb")

    def is_whole(self, refusal: str) -> bool:
        """Whether a 416 with this ``Content-Range`` says that nothing was missing."""
        match = _RANGE.fullmatch(refusal)
        return match is not None and self.size > 0 and int(match[2]) == self.size

    def write(self, data: bytes) -> None:
        assert self.file is not None
        self.file.write(data)
        if self.on_bytes is not None:
            self.on_bytes(self.file.tell(), self.total)

    def finish(self) -> None:
        """Put the file in its place. Raises Damaged, and discards it, if it is not what the service told."""
        self.close()
        assert self.path is not None
        if self.total is not None and self.size != self.total:
            self.discard()
            raise Damaged(f"{self.target.name} has another length than the service told")
        if self.sha256 and _digest(self.path) != self.sha256:
            self.discard()
            raise Damaged(f"{self.target.name} has another content than the service told")
        self.path.replace(self.target)

    def discard(self) -> None:
        self.close()
        if self.path is not None:
            self.path.unlink(missing_ok=True)
        self.path, self.tag = None, ""

    def close(self) -> None:
        if self.file is not None:
            self.file.close()
        self.file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.close()
        if self.path is not None and not self.tag:
            self.discard()  # nobody could tell what it is a part of


def _escaped(name: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", name)


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()
