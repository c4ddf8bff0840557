"""What of an order travels to workers: its files by content, and the order with the places that they have there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from velocity_engine import FileReference, OrderError, RenderOrder, open_template
from velocity_engine.errors import Place, StorageError

CHUNK = 4 << 20
PARCEL = "parcel:"


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a parcel. ``name`` has forward slashes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """Files that lie together. ``key`` is a digest of their names and contents."""

    key: str
    items: tuple[Item, ...]

    @classmethod
    def of(cls, items: tuple[Item, ...]) -> Parcel:
        lines = "".join(f"{item.name}\0{item.sha256}\n" for item in items)
        return cls(hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest(), items)


@dataclass(frozen=True, slots=True)
class Shipment:
    """An order for workers. A location in ``order`` that begins with ``PARCEL`` goes on with the key of a parcel and a
    name in it; the others are URLs, which workers fetch themselves. ``paths`` are where contents lie on this machine,
    by SHA-256."""

    order: RenderOrder
    parcels: tuple[Parcel, ...]
    paths: dict[str, Path]

    def chunks(self, sha256: str) -> Iterator[bytes]:
        """The bytes of a content, at least one chunk. Raises StorageError."""
        path = self.paths[sha256]
        try:
            with path.open("rb") as file:
                data = file.read(CHUNK)
                yield data
                while data := file.read(CHUNK):
                    yield data
        except OSError as error:
            raise StorageError(f"it cannot be read: {error.strerror}", place=Place(file=path.name)) from None


def shipment_of(order: RenderOrder) -> Shipment:
    """Reads all files of an order that lie on this machine.

    Raises OrderError where one is not what was ordered, and StorageError.
    """
    parcels: dict[str, Parcel] = {}
    paths: dict[str, Path] = {}
    places: dict[str, str] = {}
    order = replace(order, soundtrack=None, mix=None, poster=None)  # which segments do without
    order = order.to(Path(order.output).name)
    for reference in order.files:
        path = _local(reference.location)
        if path is not None and reference.location not in places:
            if FileReference.of(path).sha256 != reference.sha256:
                raise OrderError(f"{reference.location} is not the file that was ordered", hint="Make the order anew")
            files = _files(path, reference, reference is order.template)
            parcel = Parcel.of(tuple(files))
            parcels[parcel.key] = parcel
            paths |= {item.sha256: path.parent / item.name for item in files}
            places[reference.location] = f"{PARCEL}{parcel.key}/{path.name}"
    return Shipment(order.relocated(lambda location: places.get(location, location)), tuple(parcels.values()), paths)


def _local(location: str) -> Path | None:
    scheme, separator, _ = location.partition("://")
    if not separator:
        return Path(location)
    return Path(unquote(urlsplit(location).path)) if scheme == "file" else None


def _files(path: Path, reference: FileReference, is_template: bool) -> list[Item]:
    """What travels for a file or a folder, with names below the folder that it lies in."""
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.is_file())
    elif is_template and path.suffix.lower() == ".json":
        with open_template(path) as template:  # a document refers to files beside it
            files = [path.parent / name for name in sorted({path.name, *template.package.names})]
    else:
        return [Item(path.name, path.stat().st_size, reference.sha256)]
    return [_item(file, path.parent) for file in files]


def _item(file: Path, folder: Path) -> Item:
    return Item(file.relative_to(folder).as_posix(), file.stat().st_size, FileReference.of(file).sha256)
