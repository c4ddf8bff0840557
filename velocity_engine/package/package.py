"""Packages: a template's files by name, checked and bounded, from a ZIP, a folder, a .lottie or a bare JSON file.

ZIP: PKWARE APPNOTE. dotLottie: dotlottie.io, versions 1 (``animations/``, ``images/``) and 2 (``a/``, ``i/``).
What is untrusted is looked at before anything is inflated; what is inflated is counted, whatever a header says.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
import tempfile
import unicodedata
from collections.abc import Sequence
from types import TracebackType
from typing import BinaryIO
from urllib.parse import unquote

from velocity_engine.errors import PackageError, Place
from velocity_engine.files.regular import open_regular
from velocity_engine.package.stores import MIB, FolderStore, PackageLimits, Store, ZipStore

_CHUNK = 256 * 1024
_STRANGERS = re.compile(
    r"(?:.*/)?(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|\.git/.*)\Z", re.IGNORECASE
)
_LAYERS = re.compile(rb'"layers"\s*:\s*\[')
_SIDES = re.compile(rb'"[wh]"\s*:')
_TIMES = re.compile(rb'"(?:fr|op)"\s*:')
MAX_CANDIDATES = 64
MAX_LOOKED_AT = 4

DEFAULT_LIMITS = PackageLimits()
__all__ = ["DEFAULT_LIMITS", "Package", "PackageLimits", "open_package"]


class Package:
    """The files of one template. Reading is safe from several threads. Use it as a context manager, or ``close`` it.

    ``file`` is the name of the package itself, for messages. ``document_name`` is the Lottie document in it; names that
    the document gives are relative to its folder, or to the package's root.
    """

    def __init__(self, file: str, store: Store, document_name: str, limits: PackageLimits) -> None:
        self.file = file
        self.document_name = document_name
        self._store = store
        self._limits = limits
        self._known = frozenset(store.names)
        self._folded: dict[str, str] = {}
        self._base_names: dict[str, str] = {}
        for name in store.names:
            if not _STRANGERS.match(name):
                self._folded.setdefault(_folded(name), name)
                self._base_names.setdefault(_folded(posixpath.basename(name)), name)

    @property
    def names(self) -> tuple[str, ...]:
        """All files, without what the operating system strews in."""
        return tuple(name for name in self._store.names if not _STRANGERS.match(name))

    @property
    def document_bytes(self) -> bytes:
        return _bounded(self._store, self.document_name, self._limits.document_bytes, self.file)

    def read(self, name: str) -> bytes:
        """The bytes of a file. PackageError when it is not there, is broken, or exceeds the limit."""
        return _bounded(self._store, self._checked(name), self._limits.file_bytes, self.file)

    def size(self, name: str) -> int:
        """The size in bytes that the package states."""
        return self._store.size(self._checked(name))

    def find(self, candidates: Sequence[str]) -> str | None:
        """The name of the first candidate that is in the package, or None.

        Each is taken as relative to the document's folder, then to the root; then without regard to case; at last any
        file that has the same base name will do. A candidate that leads out of the package is never found.
        """
        folder = posixpath.dirname(self.document_name)
        wanted = [safe for safe in map(_normal, _spellings(candidates)) if safe is not None]
        candidates = [posixpath.join(folder, name) for name in wanted] + wanted
        for name in candidates:
            if name in self._known:
                return name
        for name in candidates:
            if _folded(name) in self._folded:
                return self._folded[_folded(name)]
        for name in wanted:
            found = self._base_names.get(_folded(posixpath.basename(name)))
            if found is not None:
                return found
        return None

    def path(self, name: str) -> str | None:
        """Where a file lies on this machine as it is; None for one that is in an archive."""
        return self._store.path(self._checked(name))

    def extract(self, name: str, folder: str | os.PathLike[str]) -> str:
        """The path of a clip on this machine: in place where it lies in a folder already, else a copy below ``folder``.

        The copy is streamed, and nothing of its name is the package's.
        """
        name = self._checked(name)
        path = self._store.path(name)
        if path is not None:
            return path
        target = os.path.join(os.fspath(folder), f"clip-{self._store.names.index(name)}.mp4")
        if os.path.isfile(target) and os.path.getsize(target) == self._store.size(name):
            return target
        handle, partial = tempfile.mkstemp(dir=os.fspath(folder))
        try:
            with os.fdopen(handle, "wb") as sink, self._store.open(name) as source:
                _copy(source, sink, self._limits.total_bytes, name, self.file)
            os.replace(partial, target)
        except BaseException:
            if os.path.exists(partial):
                os.unlink(partial)
            raise
        return target

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Package:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _checked(self, name: str) -> str:
        if name not in self._known:
            raise PackageError(f"the package has no file {name!r}", place=Place(file=self.file))
        return name


def open_package(
    path: str | os.PathLike[str], *, animation: str | None = None, limits: PackageLimits = DEFAULT_LIMITS
) -> Package:
    """Opens a ZIP, a folder, a .lottie or a bare .json file.

    ``animation`` chooses one of several: an id of a dotLottie manifest, or the name of a JSON file. PackageError where
    the package is unsafe, unreadable, over a limit, or has no document or several.
    """
    given = os.fspath(path)
    file = os.path.basename(os.path.abspath(given))
    store, document = _open_store(given, file, limits)
    try:
        if document is None:
            document = _choose_document(store, file, animation, limits)
        return Package(file, store, document, limits)
    except BaseException:
        store.close()
        raise


def _open_store(path: str, file: str, limits: PackageLimits) -> tuple[Store, str | None]:
    """The store of a path, and the document where the path itself names it."""
    place = Place(file=file)
    if "\0" in path or not os.path.exists(path):
        hint = "Give the path of a ZIP, a .lottie, a .json or a folder"
        raise PackageError("there is no such template", place=place, hint=hint)
    try:
        if os.path.isdir(path):
            return FolderStore(path, file, limits), None
        with open_regular(path) as stream:
            head = stream.read(64)
    except OSError as problem:
        raise PackageError(f"the template cannot be read: {problem.strerror}", place=place) from None
    if not head:
        raise PackageError("the file is empty", place=place)
    if head.startswith(b"PK"):
        return ZipStore(path, file, limits), None
    if head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"{"):
        return FolderStore(os.path.dirname(os.path.abspath(path)), file, limits, beside=True), file
    hint = "A template is a ZIP, a .lottie, a Lottie JSON file or a folder"
    raise PackageError("the file is neither a ZIP nor a Lottie JSON", place=place, hint=hint)


# --- the document ---------------------------------------------------------------------------------------------------


def _choose_document(store: Store, file: str, animation: str | None, limits: PackageLimits) -> str:
    chosen = _by_manifest(store, file, animation, limits)
    if chosen is not None:
        return chosen
    texts = [name for name in store.names if name.lower().endswith(".json") and not _STRANGERS.match(name)]
    texts.sort(key=lambda name: (name.count("/"), name))
    if animation is not None:
        return _by_name(texts, animation, file)
    if "data.json" in texts:
        return "data.json"
    documents = _lottie_documents(store, texts, file, limits)
    if not documents:
        raise _none(store, texts, file)
    top = [name for name in documents if name.count("/") == documents[0].count("/")]
    plain = [name for name in top if posixpath.basename(name).lower() == "data.json"]
    best = plain if len(plain) == 1 else top
    if len(best) > 1:
        raise _several(best, file)
    return best[0]


def _several(names: Sequence[str], file: str) -> PackageError:
    listed = ", ".join(names[:8]) + (" …" if len(names) > 8 else "")
    hint = "Give the one to use the name data.json, or leave the others out"
    return PackageError(f"the package holds several Lottie documents: {listed}", place=Place(file=file), hint=hint)


def _none(store: Store, texts: Sequence[str], file: str) -> PackageError:
    if texts:
        message = f"no JSON file of the package is a Lottie document ({', '.join(texts[:8])})"
    elif any(name.lower().endswith((".zip", ".lottie")) for name in store.names):
        message = "the package holds no document, but another package inside"
    else:
        message = "the package holds no Lottie document"
    hint = "Export with Bodymovin: data.json at the root, pictures in images/"
    return PackageError(message, place=Place(file=file), hint=hint)


def _by_name(texts: Sequence[str], animation: str, file: str) -> str:
    for name in texts:
        if animation in (name, posixpath.basename(name), posixpath.basename(name)[: -len(".json")]):
            return name
    hint = f"It has {', '.join(texts[:8])}" if texts else None
    raise PackageError(f"the package has no animation {animation!r}", place=Place(file=file), hint=hint)


def _lottie_documents(store: Store, texts: Sequence[str], file: str, limits: PackageLimits) -> list[str]:
    """The JSON files that have what every Lottie document has, by a look at their text; bounded in all."""
    found = []
    left = MAX_LOOKED_AT * limits.document_bytes
    for name in texts[:MAX_CANDIDATES]:
        size = store.size(name)
        if size <= min(left, limits.document_bytes):
            left -= size
            if _looks_like_lottie(_bounded(store, name, limits.document_bytes, file)):
                found.append(name)
    return found


def _looks_like_lottie(data: bytes) -> bool:
    data = data.replace(b"\0", b"")
    head = data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return head.startswith(b"{") and all(pattern.search(data) is not None for pattern in (_LAYERS, _SIDES, _TIMES))


def _by_manifest(store: Store, file: str, animation: str | None, limits: PackageLimits) -> str | None:
    """The document that a dotLottie manifest names, or None where the package is no dotLottie."""
    if "manifest.json" not in store.names:
        return None
    try:
        manifest = json.loads(_bounded(store, "manifest.json", min(limits.document_bytes, 4 * MIB), file))
        entries = manifest["animations"]
        ids = [entry["id"] for entry in entries if isinstance(entry.get("id"), str)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    initial = manifest.get("initial")
    started = initial.get("animation") if isinstance(initial, dict) else manifest.get("activeAnimationId")
    wanted = animation if animation is not None else (started if started in ids else next(iter(ids), None))
    for folder in ("a", "animations"):
        if wanted in ids and f"{folder}/{wanted}.json" in store.names:
            return f"{folder}/{wanted}.json"
    known = ", ".join(ids[:8])
    if wanted in ids:
        what = f"the manifest names animation {wanted!r}, but the package lacks its file"
        hint = f"It belongs in a/{wanted}.json or animations/{wanted}.json"
        raise PackageError(what, place=Place(file=file), hint=hint)
    if animation is None:
        return None
    raise PackageError(f"the package has no animation {animation!r}", place=Place(file=file), hint=f"It has {known}")


# --- names and bytes ------------------------------------------------------------------------------------------------


def _folded(name: str) -> str:
    """For comparing without regard to case, nor to how accents are written (macOS packs them apart)."""
    return unicodedata.normalize("NFC", name).casefold()


def _spellings(candidates: Sequence[str]) -> list[str]:
    """Each candidate, and its percent-decoded form where that differs."""
    spelled: list[str] = []
    for candidate in candidates:
        spelled += [candidate, unquote(candidate)] if "%" in candidate else [candidate]
    return spelled


def _normal(name: str) -> str | None:
    """A relative name with forward slashes, or None where it leads out of the package."""
    name = posixpath.normpath(name.replace("\\", "/").lstrip("/"))
    if name in (".", "..") or name.startswith("../") or "\0" in name or re.match(r"[A-Za-z]:", name):
        return None
    return name


def _bounded(store: Store, name: str, limit: int, file: str) -> bytes:
    """The bytes of a file, at most ``limit`` of them."""
    place = Place(file=f"{file}/{name}")
    if store.size(name) > limit:
        raise PackageError(f"the file is larger than {limit} bytes", place=place)
    with store.open(name) as stream:
        parts: list[bytes] = []
        left = limit
        while part := stream.read(min(_CHUNK, left + 1)):
            left -= len(part)
            if left < 0:
                raise PackageError(f"the file is larger than {limit} bytes", place=place)
            parts.append(part)
    return b"".join(parts)


def _copy(source: BinaryIO, sink: BinaryIO, limit: int, name: str, file: str) -> None:
    left = limit
    while part := source.read(_CHUNK):
        left -= len(part)
        if left < 0:
            raise PackageError(f"the file is larger than {limit} bytes", place=Place(file=f"{file}/{name}"))
        sink.write(part)
