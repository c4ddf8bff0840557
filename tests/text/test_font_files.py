from __future__ import annotations

import io
import zlib

import pytest
from fontTools.ttLib import TTCollection, TTFont
from text_support import bundled, small

from velocity_engine.errors import MediaError
from velocity_engine.text import font_files
from velocity_engine.text.font_files import open_font


@pytest.mark.parametrize("flavor", [None, "woff", "woff2"])
@pytest.mark.parametrize("file", ["Inter-Bold.otf", "DejaVuSans.ttf"])
def test_every_kind_of_file_opens(file: str, flavor: str | None) -> None:
    (record,) = open_font(small(file, "Abc", flavor), "a.font")
    face = record.face()
    assert record.names.postscript == file.rpartition(".")[0]
    assert face.covers("A")
    assert not face.covers("Z")
    (plain,) = open_font(bundled(file), file)
    for mine, whole in zip(
        face.shape("Abc", 0, 3, rtl=False, script="Latn", ligatures=True),
        plain.face().shape("Abc", 0, 3, rtl=False, script="Latn", ligatures=True),
        strict=True,
    ):
        assert mine.advance == whole.advance


def test_collections_give_every_face() -> None:
    collection = TTCollection()
    collection.fonts = [TTFont(io.BytesIO(small(f, "Abc"))) for f in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
    out = io.BytesIO()
    collection.save(out)
    records = open_font(out.getvalue(), "both.ttc")
    assert [(r.names.style, r.names.weight, r.index) for r in records] == [("Book", 400, 0), ("Bold", 700, 1)]
    assert records[0].face().label == "DejaVu Sans"
    assert records[1].face().label == "DejaVu Sans Bold"


def test_the_same_bytes_are_parsed_once() -> None:
    data = small("DejaVuSans.ttf", "xyz")
    assert open_font(data, "x.ttf") is open_font(bytes(bytearray(data)), "y.ttf")


@pytest.mark.parametrize("kind", [b"wOFF", b"wOF2", b"OTTO", b"\x00\x01\x00\x00"])
def test_rubbish_is_a_media_error(kind: bytes) -> None:
    with pytest.raises(MediaError) as caught:
        open_font(kind + bytes(range(200)), "fonts/bad.font")
    assert caught.value.place.file == "fonts/bad.font"


@pytest.mark.parametrize("flavor", ["woff", "woff2"])
def test_a_web_font_that_unpacks_to_too_much_is_refused(flavor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = small("DejaVuSans.ttf", "abcdefgh", flavor)
    monkeypatch.setattr(font_files, "MAX_FONT_BYTES", len(data) + 1000)
    with pytest.raises(MediaError, match="larger than"):
        open_font(data, "big.woff")


def test_a_deflate_stream_longer_than_its_entry_is_refused() -> None:
    packed = zlib.compress(bytes(5_000_000))
    header = b"wOFF" + b"\x00\x01\x00\x00" + (44 + 20 + len(packed)).to_bytes(4, "big")
    header += (1).to_bytes(2, "big") + bytes(2) + (1000).to_bytes(4, "big") + bytes(4) + bytes(20)
    entry = b"glyf" + b"".join(n.to_bytes(4, "big") for n in (64, len(packed), 10_000, 0))
    with pytest.raises(MediaError, match="unpacked"):
        open_font(header + entry + packed, "bomb.woff")
