"""Damaged files of every kind are errors that say so, never faults of the engine."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from media_support import make_clip, make_sound, tone
from mutations import box_mutations, mutations
from PIL import Image
from text_support import small

from velocity_engine.errors import MediaError
from velocity_engine.media.clip import open_clip
from velocity_engine.media.pictures import decode_picture, format_of
from velocity_engine.media.probe import probe_asset, probe_audio, probe_clip, probe_video, written_length
from velocity_engine.sound.decoding import check_sound
from velocity_engine.sound.mixing import mix_audio
from velocity_engine.sound.tracks import AudioPlan, AudioTrack
from velocity_engine.text.font_files import open_font


def outcomes(use: Callable[[], object]) -> bool:
    """Whether a use went well. Nothing but MediaError may be raised."""
    try:
        use()
    except MediaError:
        return False
    return True


def clip_used(path: Path) -> None:
    reader = open_clip(path)
    try:
        reader.read(reader.frame_count // 2)
        reader.read_yuv(reader.frame_count - 1)
    finally:
        reader.close()


def sound_used(source: bytes) -> None:
    check_sound(source, "sound")
    for _ in mix_audio(AudioPlan(tracks=(AudioTrack(source=source, name="sound"),), seconds=Fraction(1, 4))):
        pass


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_clips(tmp_path: Path, codec: str) -> None:
    whole = make_clip(tmp_path / "clip.mp4", 6, codec=codec, sound=codec == "libx264").read_bytes()
    head = (whole.index(b"moov") - 4, len(whole))
    damaged = [*mutations(whole, 40, 1), *mutations(whole, 60, 2, within=head), *box_mutations(whole)]
    path = tmp_path / "damaged.mp4"
    held = []
    for content in damaged:
        path.write_bytes(content)
        held.append(outcomes(lambda: clip_used(path)))
        for use in (probe_asset, probe_clip, probe_video, probe_audio, written_length):
            outcomes(partial(use, path))
        outcomes(partial(sound_used, content))
    assert len(held) > 200 and any(held) and not all(held)


def test_a_clip_whose_codec_nobody_knows(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", 5)
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    for use in (open_clip, probe_clip):
        with pytest.raises(MediaError, match="the clip is of an unknown codec"):
            use(path)
    with pytest.raises(MediaError, match="the file has no video in it"):
        probe_video(path)


def test_a_sound_that_begins_after_a_thousand_years_is_silence(tmp_path: Path) -> None:
    content = bytearray(make_clip(tmp_path / "clip.mp4", 25, samples=tone(1.0)).read_bytes())
    at = content.rindex(b"elst")  # version and flags, count; of the first entry its length and media time
    assert bytes(content[at + 8 : at + 12]) in (b"\0\0\0\x01", b"\0\0\0\x02")
    content[at + 12 : at + 20] = (0x7FFFFFFF).to_bytes(4, "big") + b"\xff" * 4
    (block,) = mix_audio(AudioPlan(tracks=(AudioTrack(source=bytes(content), name="s"),), seconds=Fraction(1)))
    assert not block.any()


@pytest.mark.parametrize("ending", [".wav", ".mp3", ".m4a", ".aac"])
def test_sounds(tmp_path: Path, ending: str) -> None:
    whole = make_sound(tmp_path / f"sound{ending}", tone(0.3)).read_bytes()
    path = tmp_path / f"damaged{ending}"
    held = []
    for content in (*mutations(whole, 40, 3), *mutations(whole, 40, 4, within=(0, min(len(whole), 200)))):
        path.write_bytes(content)
        held.append(outcomes(lambda: probe_audio(path)))
        outcomes(partial(sound_used, content))
    assert any(held) and not all(held)


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def pictures() -> dict[str, bytes]:
    noise = np.random.default_rng(0)
    plain = Image.fromarray(noise.integers(0, 256, (40, 30, 4), np.uint8), "RGBA")
    frames = [Image.fromarray(noise.integers(0, 256, (20, 20, 3), np.uint8), "RGB") for _ in range(3)]
    several = {"save_all": True, "append_images": frames[1:]}
    exif = Image.Exif()
    exif[0x112] = 6
    return {
        "png": saved(plain, "PNG", exif=exif),
        "apng": saved(frames[0], "PNG", **several),
        "palette": saved(plain.quantize(), "PNG", transparency=1),
        "jpeg": saved(plain.convert("RGB"), "JPEG", exif=exif),
        "cmyk": saved(plain.convert("CMYK"), "JPEG"),
        "mpo": saved(frames[0], "MPO", **several),
        "gif": saved(frames[0], "GIF", **several),
        "webp": saved(frames[0], "WEBP", **several),
        "bmp": saved(plain.convert("RGB"), "BMP"),
        "tga": saved(plain, "TGA", compression="tga_rle"),
    }


@pytest.mark.parametrize("kind", pictures())
@pytest.mark.filterwarnings("ignore")
def test_pictures(kind: str) -> None:
    whole = pictures()[kind]
    held = []
    for content in (*mutations(whole, 100, 5), *mutations(whole, 100, 6, within=(0, min(len(whole), 120)))):
        held.append(outcomes(partial(decode_picture, content, "picture")))
        outcomes(partial(format_of, content))
    assert outcomes(lambda: decode_picture(whole, "picture")) and not all(held)


def font_used(data: bytes) -> None:
    for record in open_font(data, "font"):
        for weight in (None, 700):
            face = record.face(weight)
            for glyph in face.shape("Abc", 0, 3, rtl=False, script="Latn", ligatures=True):
                if glyph.glyph is not None:
                    face.outline(glyph.glyph)


@pytest.mark.parametrize("file", ["Inter-Regular.otf", "DejaVuSans.ttf"])
@pytest.mark.parametrize("flavor", [None, "woff", "woff2"])
def test_fonts(file: str, flavor: str | None) -> None:
    whole = small(file, "Abc", flavor)
    damaged = (*mutations(whole, 100, 7), *mutations(whole, 100, 8, within=(0, min(len(whole), 400))))
    held = [outcomes(partial(font_used, content)) for content in damaged]
    assert any(held) and not all(held)


def test_what_is_no_font_does_not_reach_the_font_libraries() -> None:
    for content in (b"", b"%!PS-AdobeFont-1.0", b"<svg>", b"PK\x03\x04" + bytes(100), bytes(1000)):
        with pytest.raises(MediaError, match="not a font"):
            open_font(content, "font")
