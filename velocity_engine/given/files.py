"""Files that callers give: paths, URLs, bytes, open files, and pictures of Pillow and numpy."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

from velocity_engine.errors import CustomizationError, Place, StorageError, WrongTypeError, wrong_type
from velocity_engine.given.media_sources import web_urls

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

Source: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]"
"""A file: a path, a URL, its bytes, or an object that is open for reading bytes."""
Picture: TypeAlias = "Source | Image.Image | NDArray[np.uint8]"
"""A file, or a picture in memory: of Pillow, or (height, width[, 3 or 4]) uint8 with straight alpha."""

PICTURES = 'Give a path, a URL, bytes, a file opened in mode "rb", a picture of Pillow or an array of numpy'
SOUND = 'Give a path, a URL, bytes, or a file opened in mode "rb"'
CAPTIONS = 'Give Captions, or a caption file: a path, a URL, bytes, or a file opened in mode "rb"'
TEMPLATES = 'Give a path, a URL, the bytes of a ZIP or of a Lottie JSON, or a file opened in mode "rb"'
MEDIA_KEYS = ("image", "video")
MAX_DEPTH = 200  # of the data of a plugin; what is nested deeper is refused later


class GivenFiles:
    """A folder of what was given in memory. It is made when it is needed, and ``close`` removes it."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    def path(self, given: object, name: str, right: str) -> str:
        """Returns the path or URL of what was given.

        Args:
            given: What the caller gave.
            name: The argument's name, for errors.
            right: What would be right, for errors.

        Raises:
            WrongTypeError: It is nothing that has the content of a file.
            StorageError: It cannot be read, or not be written to the temporary folder.
        """
        if isinstance(given, str | os.PathLike):
            return _text(given, name, right)
        try:
            if isinstance(given, bytes | bytearray | memoryview):
                return self._write(io.BytesIO(given), "given")
            if hasattr(given, "read"):
                return self._write(_binary(given, name), _base_name(given))
            picture = encoded(given, name)
            if picture is not None:
                return self._write(picture, "picture.png")
        except WrongTypeError:
            raise
        except (OSError, ValueError) as error:  # a file that is closed raises ValueError
            reason = getattr(error, "strerror", None) or str(error)
            raise StorageError(f"{name} cannot be read: {reason}", place=Place(field=name)) from error
        raise wrong_type(name, given, right)

    @property
    def is_used(self) -> bool:
        """Whether anything was in memory."""
        return self._count > 0

    def request(
        self,
        customizations: Sequence[Mapping[str, Any]] | None,
        assets: Mapping[str, Any] | None,
        known: int = 0,
        taken: Mapping[str, str] | None = None,
    ) -> tuple[tuple[Mapping[str, Any], ...], dict[str, str]]:
        """Returns customizations and assets that name files only. The URLs of web servers that the entries name are
        among the assets, each under itself.

        Args:
            customizations: The entries of a ``customizationMap``. The value of "image" or "video" may be a picture in
                memory, bytes, an open file or a ``pathlib.Path``.
            assets: The files by id.
            known: How many entries stand before these.
            taken: The files of those entries by id. Where one of ``assets`` has the same id but is another file, it
                gets another id.

        Raises:
            WrongTypeError, CustomizationError: They are no such things.
        """
        files = {str(key): self.path(value, f"assets[{key!r}]", PICTURES) for key, value in _items(assets)}
        entries: list[Mapping[str, Any]] = []
        for number, entry in enumerate(_entries(customizations)):
            entries.append(self._entry(number, known, entry, files) if isinstance(entry, Mapping) else entry)
            for url in web_urls(entry) if isinstance(entry, Mapping) else ():
                files.setdefault(url, (taken or {}).get(url, url))
        clashing = {key for key, path in files.items() if (taken or {}).get(key, path) != path}
        names = {key: f"{key} ({known})" for key in clashing}
        return tuple(_renamed(entry, names) for entry in entries), {names.get(k, k): v for k, v in files.items()}

    def close(self) -> None:
        """Removes the folder. More can be given afterwards."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def __enter__(self) -> GivenFiles:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _entry(self, number: int, known: int, entry: Mapping[str, Any], files: dict[str, str]) -> Mapping[str, Any]:
        """The entry with what is in memory as one of ``files``. A text stays as it is: a request from elsewhere may
        hold it, and must not choose files of this machine."""
        changed = dict(entry)
        for key in MEDIA_KEYS:
            value = entry.get(key)
            if value is None or isinstance(value, str | Mapping | bool | int | float | list | tuple):
                continue
            if isinstance(value, os.PathLike) and not os.path.isfile(value):
                layer = entry.get("layer")
                place = Place(
                    layer=layer if isinstance(layer, str) else None, field=f"customizationMap[{number}].{key}"
                )
                what = f"there is no file {os.path.basename(os.fspath(value))}"
                raise CustomizationError(what, place=place, hint="Give the path of a file that exists")
            identity = f"{key} of entry {known + number}"
            files[identity] = self.path(value, f"customizationMap[{number}].{key}", PICTURES)
            changed[key] = {"assetId": identity}
        return changed

    def _write(self, source: IO[bytes], name: str) -> str:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="velocity-")
        self._count += 1
        path = Path(self._folder.name) / str(self._count) / name
        path.parent.mkdir()
        with path.open("wb") as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
        return str(path)


def named_files(assets: Mapping[str, Any] | None) -> dict[str, str]:
    """Returns the paths and URLs of assets that must be such, by id.

    Args:
        assets: The assets.

    Raises:
        WrongTypeError: One of them is in memory.
    """
    right = "An order outlives this process, so it names files: give a path or a URL"
    return {str(key): _text(value, f"assets[{key!r}]", right) for key, value in _items(assets)}


def encoded(given: object, name: str) -> IO[bytes] | None:
    """Returns a picture of Pillow or an array of numpy as a PNG, or None for anything else.

    Args:
        given: The picture.
        name: The argument's name, for errors.

    Raises:
        WrongTypeError: It is an array, but not (height, width[, 3 or 4]) uint8.
    """
    import sys

    import numpy as np

    imaging = sys.modules.get("PIL.Image")  # whoever gives a picture of Pillow has loaded it
    picture: Any = given if imaging is not None and isinstance(given, imaging.Image) else None
    if picture is None and hasattr(given, "__array__"):
        from PIL import Image

        pixels = np.asarray(given)
        shape = pixels.shape
        if pixels.dtype != np.uint8 or len(shape) not in (2, 3) or shape[2:] not in ((), (3,), (4,)) or not pixels.size:
            what = f"array of shape {shape} and type {pixels.dtype}"
            right = f"An array must be (height, width, 3 or 4) of type uint8; this is an {what}"
            raise wrong_type(name, given, right)
        picture = Image.fromarray(np.ascontiguousarray(pixels))
    if picture is None:
        return None
    stream = io.BytesIO()
    if picture.mode not in ("L", "LA", "RGB", "RGBA", "P"):
        picture = picture.convert("RGBA" if "A" in picture.mode or "a" in picture.mode else "RGB")
    picture.save(stream, "PNG", compress_level=1)
    stream.seek(0)
    return stream


def _renamed(entry: Any, names: Mapping[str, str]) -> Any:
    if not names or not isinstance(entry, Mapping):
        return entry
    found = {key: _with_names(entry[key], names) for key in (*MEDIA_KEYS, "data") if key in entry}
    return {**entry, **found}


def _with_names(value: Any, names: Mapping[str, str], depth: int = 0) -> Any:
    """A value of an entry, also the data of a plugin, with the assets in it by their new names."""
    if depth > MAX_DEPTH:
        return value
    if isinstance(value, Mapping):
        changed = {key: _with_names(inner, names, depth + 1) for key, inner in value.items()}
        asset = value.get("assetId")
        return {**changed, "assetId": names[asset]} if isinstance(asset, str) and asset in names else changed
    if isinstance(value, list | tuple):
        return [_with_names(inner, names, depth + 1) for inner in value]
    return value


def _text(given: object, name: str, right: str) -> str:
    if not isinstance(given, str | os.PathLike) or not isinstance(path := os.fspath(given), str):
        raise wrong_type(name, given, right)
    return path


def _binary(given: Any, name: str) -> IO[bytes]:
    if isinstance(given, io.TextIOBase) or (hasattr(given, "encoding") and not hasattr(given, "mode")):
        raise wrong_type(name, given, 'Open the file in mode "rb"')
    stream: IO[bytes] = given
    return stream


def _base_name(given: object) -> str:
    name = getattr(given, "name", None)
    base = os.path.basename(name) if isinstance(name, str) else ""
    return base if base not in ("", ".", "..") and "\0" not in base else "given"


def _items(assets: Mapping[str, Any] | None) -> list[tuple[str, Any]]:
    if assets is not None and not isinstance(assets, Mapping):
        raise wrong_type("assets", assets, 'Give files by their ids, such as {"hills": "hills.jpg"}')
    return list((assets or {}).items())


def _entries(customizations: object) -> Sequence[Any]:
    if customizations is None:
        return ()
    if not isinstance(customizations, Sequence) or isinstance(customizations, str | bytes):
        hint = 'Give a list of entries, such as [{"layer": "Headline", "text": "Hello"}]'
        if isinstance(customizations, Mapping):
            what = "the customizations are one object, not a list"
            raise CustomizationError(what, place=Place(field="customizationMap"), hint=hint)
        raise wrong_type("customizations", customizations, hint)
    return customizations
