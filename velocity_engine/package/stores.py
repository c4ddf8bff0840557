"""Where the files of a package come from: a ZIP or a folder. Both refuse what is unsafe before a byte of it is used."""

from __future__ import annotations

import io
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import deque
from dataclasses import dataclass
from typing import IO, BinaryIO, Protocol, cast

from velocity_engine.errors import PackageError, Place
from velocity_engine.files.regular import irregular, open_regular
from velocity_engine.given.arguments import number

MIB = 1 << 20
MAX_DIRECTORY_BYTES = 16 * MIB
MAX_FILES_BESIDE = 5_000
MAX_DEPTH_BESIDE = 2
MAX_FOLDER_DEPTH = 32
_ENCRYPTED = 0x1 | 0x20 | 0x40 | 0x2000
_UTF8_NAME = 0x800
_LOCAL_HEADER = 30
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x06"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, struct.error)
_FAULTS = (
    ("not a zip", "it has no directory of its files"),
    ("central directory", "the directory of its files is broken"),
    ("extra field", "the directory of its files is broken"),
    ("CRC-32", "a file in it is not what was packed"),
    ("file header", "a file in it does not begin where its directory says"),
    ("File name in directory", "a file in it has another name than its directory says"),
    ("Overlapped", "files in it overlap"),
    ("decompressing", "a file in it cannot be unpacked"),
)
"""What zipfile and zlib say of a broken ZIP, and the same for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageLimits:
    """The largest package that is accepted. ``open_template`` takes it. All sizes are in bytes.

    Attributes:
        total_bytes: The size of all files together, when they are inflated.
        file_bytes: The size of one file that is read into memory.
        document_bytes: The size of the document.
        members: The number of files.
        ratio: How many times larger than its packed form a file may be. It holds only for files that inflate to more
            than ``ratio_from_bytes``.
        ratio_from_bytes: The size up to which ``ratio`` does not hold.

    Example:
        >>> ve.open_template("promo.zip", limits=PackageLimits(total_bytes=256 << 20))
    """

    total_bytes: int = 4096 * MIB
    file_bytes: int = 512 * MIB
    document_bytes: int = 64 * MIB
    members: int = 100_000
    ratio: int = 200
    ratio_from_bytes: int = 16 * MIB

    def __post_init__(self) -> None:
        for name in self.__slots__:
            number(name, getattr(self, name), "Give a number, such as 256 << 20 for 256 MiB")


class Store(Protocol):
    """Where a package's files come from. Names are relative, with forward slashes, and safe."""

    names: tuple[str, ...]

    def size(self, name: str) -> int: ...

    def open(self, name: str) -> BinaryIO: ...

    def path(self, name: str) -> str | None:
        """The path of the file where it lies on this machine as it is, else None."""
        ...

    def close(self) -> None: ...


# --- ZIP ------------------------------------------------------------------------------------------------------------


class ZipStore:
    """The files of a ZIP. PackageError at once where a member is unsafe (name, link, encryption, overlap, ratio)."""

    def __init__(self, path: str, file: str, limits: PackageLimits) -> None:
        self._file = file
        self._zip = _opened(path, file)
        try:
            self._members = _checked_members(self._zip.infolist(), file, limits)
        except BaseException:
            self._zip.close()
            raise
        self.names = tuple(self._members)

    def size(self, name: str) -> int:
        return self._members[name].file_size

    def open(self, name: str) -> BinaryIO:
        place = Place(file=f"{self._file}/{name}")
        try:
            return cast("BinaryIO", _Member(self._zip.open(self._members[name]), self._members[name].file_size, place))
        except _BROKEN as problem:
            raise _broken(problem, place) from None

    def path(self, name: str) -> str | None:
        return None

    def close(self) -> None:
        self._zip.close()


class _Member(io.BufferedIOBase):
    """A member being inflated: what it yields is counted, and every fault is a PackageError."""

    def __init__(self, stream: IO[bytes], size: int, place: Place) -> None:
        self._stream = stream
        self._left = size
        self._place = place

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self._left + 1 if size is None or size < 0 else size
        try:
            data = self._stream.read(wanted)
        except _BROKEN as problem:
            raise _broken(problem, self._place) from None
        self._left -= len(data)
        if self._left < 0 or (not data and wanted and self._left > 0):
            raise PackageError("the file is not as large as the ZIP says", place=self._place)
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


def _broken(problem: Exception, place: Place) -> PackageError:
    if isinstance(problem, NotImplementedError):
        hint = "Pack it again with plain ZIP tools"
        return PackageError("the ZIP needs a newer kind of unpacking than is supported", place=place, hint=hint)
    what = next((ours for theirs, ours in _FAULTS if theirs in str(problem)), "it cannot be unpacked")
    what = "its data ends too early" if isinstance(problem, EOFError) else what
    return PackageError(f"the ZIP is damaged: {what}", place=place, hint="Pack or upload it again")


def _opened(path: str, file: str) -> zipfile.ZipFile:
    place = Place(file=file)
    try:
        if _directory_size(path) > MAX_DIRECTORY_BYTES:
            what = f"the ZIP's directory is larger than {MAX_DIRECTORY_BYTES // MIB} MiB"
            raise PackageError(what, place=place, hint="A template has far fewer files")
        return zipfile.ZipFile(path)
    except _BROKEN as problem:
        raise _broken(problem, place) from None


def _directory_size(path: str) -> int:
    """The central directory's size in bytes as the end record states it; 0 where there is no such record."""
    with open(path, "rb") as stream:
        length = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, length - (1 << 16) - 22 - 76))
        tail = stream.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        return 0
    entries, size = struct.unpack_from("<HI", tail, at + 10)
    before = at - 76
    if (size == 0xFFFFFFFF or entries == 0xFFFF) and before >= 0 and tail[before : before + 4] == _END_64:
        (size,) = struct.unpack_from("<Q", tail, before + 40)
    return int(size)


def _checked_members(infos: list[zipfile.ZipInfo], file: str, limits: PackageLimits) -> dict[str, zipfile.ZipInfo]:
    """The members by name, without folders. PackageError names the first member that is unsafe."""
    place = Place(file=file)
    if len(infos) > limits.members:
        raise PackageError(f"the ZIP has {len(infos)} members, more than {limits.members}", place=place)
    if sum(info.file_size for info in infos) > limits.total_bytes:
        raise PackageError(f"the ZIP's files are larger than {limits.total_bytes} bytes in all", place=place)
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = _name_of(info)
        problem = _name_problem(name) or _member_problem(info, limits)
        if problem is None and name in members:
            problem = "it is there twice"
        if problem is not None:
            shown = name.encode("ascii", "backslashreplace").decode()[:200]
            hint = "Pack the template again with plain ZIP tools"
            raise PackageError(f"the ZIP member {shown!r} is refused: {problem}", place=place, hint=hint)
        if not name.endswith("/"):
            members[name] = info
    _check_overlap(infos, file)
    return members


def _name_of(info: zipfile.ZipInfo) -> str:
    """The member's name; macOS writes UTF-8 without the flag that says so."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME and not name.isascii():
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            return name
    return name


def _name_problem(name: str) -> str | None:
    if not name or "\0" in name or any(ord(letter) < 32 for letter in name):
        return "its name is empty or holds control characters"
    if "\\" in name:
        return "its name holds a backslash"
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        return "its name is an absolute path"
    if ".." in name.split("/"):
        return "its name leads out of the package"
    if len(name) > 1024:
        return "its name is too long"
    return None


def _member_problem(info: zipfile.ZipInfo, limits: PackageLimits) -> str | None:
    if info.flag_bits & _ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return f"compression method {info.compress_type} is not supported (deflate and stored are)"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "it is a symbolic link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is a special file"
    if info.file_size > limits.ratio_from_bytes and info.file_size > limits.ratio * max(info.compress_size, 1):
        return f"it inflates to {info.file_size} bytes from {info.compress_size}"
    if info.compress_type == zipfile.ZIP_STORED and info.file_size != info.compress_size:
        return "its sizes contradict each other"
    return None


def _check_overlap(infos: list[zipfile.ZipInfo], file: str) -> None:
    """PackageError where two members share bytes (the "better zip bomb")."""
    end, last = 0, ""
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset < end:
            what = f"the ZIP members {last[:100]!r} and {info.filename[:100]!r} overlap"
            raise PackageError(what, place=Place(file=file), hint="Pack the template again with plain ZIP tools")
        end = info.header_offset + _LOCAL_HEADER + info.compress_size
        last = info.filename


# --- folder ---------------------------------------------------------------------------------------------------------


class FolderStore:
    """The files of a folder. Links that leave it are refused, as are devices, pipes and sockets.

    ``beside``: the folder only happens to hold a bare document, so the search is shallow and passes over what it
    does not like.
    """

    def __init__(self, root: str, file: str, limits: PackageLimits, *, beside: bool = False) -> None:
        self._root = os.path.realpath(root)
        self._file = file
        self.names = _names_beside(self._root, file) if beside else _names_in(self._root, file, limits)

    def size(self, name: str) -> int:
        try:
            return os.path.getsize(self._inside(name))
        except OSError as problem:
            raise self._unreadable(name, problem) from None

    def open(self, name: str) -> BinaryIO:
        try:
            return open_regular(self._inside(name))
        except OSError as problem:
            raise self._unreadable(name, problem) from None

    def path(self, name: str) -> str | None:
        return self._inside(name)

    def close(self) -> None:
        pass

    def _inside(self, name: str) -> str:
        path = os.path.realpath(os.path.join(self._root, name))
        if not _within(path, self._root):
            raise _leaves(name, self._file)
        return path

    def _unreadable(self, name: str, problem: OSError) -> PackageError:
        return PackageError(f"the file cannot be read: {problem.strerror}", place=Place(file=f"{self._file}/{name}"))


def _within(path: str, root: str) -> bool:
    return path == root or path.startswith(root.rstrip(os.sep) + os.sep)


def _leaves(name: str, file: str) -> PackageError:
    what = f"{name!r} is a link that leads out of the folder"
    return PackageError(what, place=Place(file=file), hint="Put the file itself into the folder")


def _names_in(root: str, file: str, limits: PackageLimits) -> tuple[str, ...]:
    names: list[str] = []
    total = 0
    waiting = deque([("", 0)])
    while waiting:
        folder, depth = waiting.popleft()
        for entry in _entries(os.path.join(root, folder), file):
            name = folder + entry.name
            if entry.is_symlink() and not _within(os.path.realpath(entry.path), root):
                raise _leaves(name, file)
            if entry.is_dir(follow_symlinks=False):
                if depth >= MAX_FOLDER_DEPTH:
                    raise PackageError(f"folders are nested deeper than {MAX_FOLDER_DEPTH}", place=Place(file=file))
                waiting.append((name + "/", depth + 1))
            elif entry.is_file():
                if _encodable(name):
                    names.append(name)
                    total += entry.stat().st_size
            else:
                _refuse_special(entry, name, file)
            if len(names) + len(waiting) > limits.members:
                raise PackageError(f"the folder has more than {limits.members} files", place=Place(file=file))
    if total > limits.total_bytes:
        what = f"the folder's files are larger than {limits.total_bytes} bytes in all"
        raise PackageError(what, place=Place(file=file))
    return tuple(sorted(names))


def _refuse_special(entry: os.DirEntry[str], name: str, file: str) -> None:
    """A link to a folder and one to nothing are passed over."""
    try:
        mode = entry.stat().st_mode
    except OSError:
        return
    what = irregular(mode)
    if what is not None and not stat.S_ISDIR(mode) and not entry.name.startswith("."):
        message = f"{name!r} in the folder is {what}, not a file"
        raise PackageError(message, place=Place(file=file), hint="A template's folder holds files and folders only")


def _names_beside(root: str, document: str) -> tuple[str, ...]:
    names = [document]
    waiting = deque([("", 0)])
    while waiting and len(names) < MAX_FILES_BESIDE:
        folder, depth = waiting.popleft()
        try:
            entries = _entries(os.path.join(root, folder), document)
        except PackageError:
            continue
        for entry in entries[:MAX_FILES_BESIDE]:
            name = folder + entry.name
            if entry.name.startswith(".") or not _within(os.path.realpath(entry.path), root):
                continue
            if entry.is_dir(follow_symlinks=False) and depth < MAX_DEPTH_BESIDE:
                waiting.append((name + "/", depth + 1))
            elif name != document and _encodable(name) and os.path.isfile(entry.path):  # False for a circle of links
                names.append(name)
    return tuple(names[:MAX_FILES_BESIDE])


def _entries(folder: str, file: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(found, key=lambda entry: entry.name)
    except OSError as problem:
        what = f"a folder cannot be read: {problem.strerror}"
        raise PackageError(what, place=Place(file=file)) from None


def _encodable(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
