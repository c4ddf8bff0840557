"""Parcels and the folder of a worker, without a cluster."""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

import pytest

import velocity_engine as ve
from velocity_dask import store, worker
from velocity_dask.parcels import CHUNK, Item, Parcel, shipment_of


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VELOCITY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "dask"


def a_parcel(**files: bytes) -> Parcel:
    items = [Item(f"a/{name}.bin", len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()]
    return Parcel.of(tuple(items))


def arrive(data: bytes, sha256: str | None = None) -> None:
    arrival = store.Arrival(sha256 or hashlib.sha256(data).hexdigest())
    for start in range(0, len(data), 1000):
        arrival.add(data[start : start + 1000])
    arrival.keep()


def test_what_arrives_lies_under_its_names(cache: Path) -> None:
    one, two = os.urandom(5000), b""
    parcel = a_parcel(one=one, two=two)
    assert store.lacking([parcel]) == {item.sha256 for item in parcel.items}
    assert not store.laid_out([parcel])
    arrive(one)
    arrive(two)
    assert store.laid_out([parcel]) and store.lacking([parcel]) == set()
    assert (cache / "parcels" / parcel.key / "a" / "one.bin").read_bytes() == one
    assert (cache / "parcels" / parcel.key / "a" / "two.bin").read_bytes() == two
    again = Parcel.of((Item("b/other.bin", 5000, parcel.items[0].sha256),))
    assert again.key != parcel.key and store.laid_out([again])  # the same content under another name: nothing travels
    assert list(cache.glob("*.part")) == []


def test_bytes_that_were_not_announced_are_not_kept(cache: Path) -> None:
    with pytest.raises(ve.StorageError, match="a file changed while it was sent to a worker"):
        arrive(b"other", hashlib.sha256(b"announced").hexdigest())
    assert [path for path in cache.rglob("*") if path.is_file()] == []


def test_the_folder_is_bounded_and_what_is_in_use_stays(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_BYTES", 10_000)
    parcels = [a_parcel(file=os.urandom(4000)) for _ in range(4)]
    for number, parcel in enumerate(parcels):
        content = cache / "contents" / parcel.items[0].sha256
        data = os.urandom(4000)
        content.parent.mkdir(parents=True, exist_ok=True)
        content.write_bytes(data)
        assert store.laid_out([parcel])
        if number < 3:
            used = time.time() - 2 * store.IN_USE_SECONDS + number
            os.utime(content, (used, used))
    store.make_room()
    left = {path.name for path in (cache / "contents").iterdir()}
    assert left == {parcel.items[0].sha256 for parcel in parcels[2:]}
    assert {path.name for path in (cache / "parcels").iterdir()} == {parcel.key for parcel in parcels[2:]}
    monkeypatch.setattr(store, "MAX_BYTES", 0)
    store.lacking(parcels)  # which uses them
    store.make_room()
    assert {path.name for path in (cache / "contents").iterdir()} == left


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("VELOCITY_CACHE", str(tmp_path / "file"))
    told = worker._taken(worker.Chunk("one", "0" * 64, b"data", is_last=True))
    assert isinstance(told, ve.StorageError) and "a worker cannot keep files in" in str(told)
    assert told.hint == "Give the workers a folder for their cache that they may write to"


def test_a_large_file_travels_in_pieces_and_a_folder_with_all_that_is_in_it(tmp_path: Path) -> None:
    place = tmp_path / "template"
    (place / "images").mkdir(parents=True)
    large = os.urandom(CHUNK + 10)
    (place / "data.json").write_text('{"v": "5.9.0", "fr": 25, "ip": 0, "op": 5, "w": 64, "h": 64, "layers": []}')
    (place / "images" / "large.bin").write_bytes(large)
    (place / "images" / "empty.bin").write_bytes(b"")
    with ve.open_template(place) as template:
        shipment = shipment_of(ve.order_for(template, tmp_path / "out.mp4"))
    [parcel] = shipment.parcels
    assert [item.name for item in parcel.items] == [
        "template/data.json",
        "template/images/empty.bin",
        "template/images/large.bin",
    ]
    assert shipment.order.template.location == f"parcel:{parcel.key}/template" and shipment.order.output == "out.mp4"
    pieces = list(shipment.chunks(hashlib.sha256(large).hexdigest()))
    assert b"".join(pieces) == large and [len(piece) for piece in pieces] == [CHUNK, 10]
    assert list(shipment.chunks(hashlib.sha256(b"").hexdigest())) == [b""]
    with ve.open_template(place / "data.json") as template:
        beside = shipment_of(ve.order_for(template, tmp_path / "out.mp4"))
    assert {item.name for item in beside.parcels[0].items} == {"data.json", "images/large.bin", "images/empty.bin"}
