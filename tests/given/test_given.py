"""What callers may give in the place of a path, and what they are told of anything else."""

from __future__ import annotations

import io
import json
import os
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import velocity_engine as ve
from velocity_engine.encoder_config import bits_of, config_problems
from velocity_engine.given.files import GivenFiles
from velocity_engine.plugins.outputs import codec_traits

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.zip"
SIZE = (64, 36)
RED = np.full((12, 16, 3), (255, 0, 0), np.uint8)
FAST = ve.EncoderConfig(resolution=SIZE, preset=5)


@pytest.fixture
def template() -> Iterator[ve.Template]:
    with ve.open_template(DEMO) as opened:
        yield opened


def as_png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def as_file(folder: Path) -> Path:
    (folder / "red.png").write_bytes(as_png(RED))
    return folder / "red.png"


PICTURES: dict[str, Callable[[Path], Any]] = {
    "array": lambda _folder: RED,
    "array with alpha": lambda _folder: np.dstack([RED, np.full(RED.shape[:2], 255, np.uint8)]),
    "array in other strides": lambda _folder: RED.transpose(1, 0, 2)[::-1],
    "pillow": lambda _folder: Image.fromarray(RED),
    "pillow in CMYK": lambda _folder: Image.fromarray(RED).convert("CMYK"),
    "pillow with a palette": lambda _folder: Image.fromarray(RED).convert("P"),
    "bytes": lambda _folder: as_png(RED),
    "bytearray": lambda _folder: bytearray(as_png(RED)),
    "open file": lambda _folder: io.BytesIO(as_png(RED)),
    "path": as_file,
}


@pytest.mark.parametrize("form", PICTURES)
def test_pictures_in_any_form_show_the_same(form: str, template: ve.Template, tmp_path: Path) -> None:
    direct = ve.render_still(template, 75, SIZE, [{"layer": "Photo", "image": PICTURES[form](tmp_path)}])
    named = ve.render_still(
        template, 75, SIZE, [{"layer": "Photo", "image": {"assetId": "a"}}], {"a": PICTURES[form](tmp_path)}
    )
    assert np.array_equal(direct, named)
    assert direct[18, 46, 0] > 200 > 30 > direct[18, 46, 1]


def test_a_text_chooses_no_file_of_this_machine(template: ve.Template, tmp_path: Path) -> None:
    with pytest.raises(ve.CustomizationError, match="image is"):
        ve.still(template, 75, SIZE, [{"layer": "Photo", "image": str(as_file(tmp_path))}])


@pytest.mark.parametrize(
    "wrong", [RED.astype(float), np.zeros((2, 2, 5), np.uint8), np.zeros((0, 2, 3), np.uint8), object(), io.StringIO()]
)
def test_what_is_no_picture_is_told(wrong: object, template: ve.Template) -> None:
    with pytest.raises(ve.WrongTypeError) as caught:
        ve.still(template, 75, SIZE, [{"layer": "Photo", "image": wrong}])
    assert caught.value.place.field == "customizationMap[0].image"


def test_templates_from_bytes_and_files(template: ve.Template) -> None:
    want = ve.render_still(template, 75, SIZE)
    with DEMO.open("rb") as file:
        for source in (DEMO.read_bytes(), memoryview(DEMO.read_bytes()), file):
            with ve.open_template(source) as opened:
                assert np.array_equal(ve.render_still(opened, 75, SIZE), want)
                folder = Path(opened.location).parent
                assert folder.exists()
            assert not folder.exists(), "the copy is still there"


def test_a_json_from_bytes() -> None:
    document = {"v": "5.9.0", "fr": 25, "ip": 0, "op": 5, "w": 40, "h": 20, "layers": []}
    with ve.open_template(json.dumps(document).encode()) as opened:
        assert (opened.width, opened.height) == (40, 20)
    with pytest.raises(ve.WrongTypeError, match="bytes"):
        ve.open_template(document)  # type: ignore[arg-type]
    with pytest.raises(ve.WrongTypeError, match='mode "rb"'):
        ve.open_template(io.StringIO("{}"))  # type: ignore[arg-type]


def test_a_broken_file_object_is_a_storage_error() -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            raise OSError(5, "Input/output error")

    with pytest.raises(ve.StorageError, match="path cannot be read: Input/output error"):
        ve.open_template(io.BufferedReader(Broken()))


def test_a_video_into_an_open_file(template: ve.Template, tmp_path: Path) -> None:
    ve.render(template, tmp_path / "a.mp4", encoder=FAST, frames=range(70, 75))
    stream = io.BytesIO(b"before")
    stream.seek(0, os.SEEK_END)
    result = ve.render(template, stream, encoder=FAST, frames=slice(70, 75))
    assert stream.getvalue() == b"before" + (tmp_path / "a.mp4").read_bytes()
    assert (result.output, result.frames) == ("", 5) and result.size_bytes == len(stream.getvalue()) - 6
    with (tmp_path / "raw.mp4").open("wb", buffering=0) as raw:
        ve.render(template, raw, encoder=FAST, frames=(70, 75))
    assert (tmp_path / "raw.mp4").read_bytes() == (tmp_path / "a.mp4").read_bytes()


def test_an_open_file_that_cannot_be_written(template: ve.Template, tmp_path: Path) -> None:
    stream = io.BytesIO()
    stream.close()
    with pytest.raises(ve.StorageError, match="the file that was given is closed"):
        ve.render(template, stream, encoder=FAST, frames=(70, 72))
    with pytest.raises(ve.WrongTypeError, match='mode "wb"'):
        ve.render(template, io.StringIO(), frames=(70, 72))  # type: ignore[arg-type]


def test_sound_from_bytes(template: ve.Template) -> None:
    import wave

    sound, video = io.BytesIO(), io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        file.writeframes(np.full(48_000, 9000, np.int16).tobytes())
    ve.render(template, video, encoder=FAST, frames=(0, 10), audio=sound.getvalue())
    import av

    video.seek(0)
    with av.open(video) as opened:
        assert opened.streams.audio


def test_an_order_names_files(template: ve.Template) -> None:
    for wrong in ({"audio": b"RIFF"}, {"assets": {"a": RED}}, {"customizations": [{"layer": "Photo", "image": RED}]}):
        with pytest.raises(ve.WrongTypeError, match="names files"):
            ve.order_for(template, "a.mp4", **wrong)
    with ve.open_template(DEMO.read_bytes()) as opened, pytest.raises(ve.WrongTypeError, match="names files"):
        ve.order_for(opened, "a.mp4")


def test_ranges_and_slices_are_what_they_say(template: ve.Template) -> None:
    assert template.frame_range(range(10)) == (0, 10)
    assert template.frame_range(range(3, 7)) == template.frame_range((3, 7)) == template.frame_range(slice(3, 7))
    assert template.frame_range(slice(None, 7)) == (0, 7) and template.frame_range(slice(140, None)) == (140, 150)
    for wrong, field in ((range(0), "frames[1]"), (range(140, 151), "frames[1]"), (range(-1, 3), "frames[0]")):
        with pytest.raises(ve.FrameRangeError) as caught:
            template.frame_range(wrong)
        assert caught.value.place.field == field
    with pytest.raises(ve.FrameRangeError, match="step"):
        template.frame_range(range(10, 0, -1))
    for bad in (10, 1.5, (1, 2, 3), ("a", "b"), b"ab", object()):
        with pytest.raises(ve.WrongTypeError, match="frames is"):
            template.frame_range(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "bits"),
    [
        ("5M", 5_000_000),
        ("800k", 800_000),
        ("1.5M", 1_500_000),
        ("5 Mbit/s", 5_000_000),
        ("5Mbps", 5_000_000),
        ("625 kB/s", 5_000_000),
        ("5000000 bit/s", 5_000_000),
        ("625000 B/s", 5_000_000),
    ],
)
def test_a_bitrate_with_its_unit(text: str, bits: int) -> None:
    assert bits_of(text) == bits
    assert ve.EncoderConfig(bitrate=text).bitrate == bits // 8
    assert ve.EncoderConfig(audio_bitrate=text).audio_bitrate == bits


@pytest.mark.parametrize("text", ["", "fast", "5 MB", "5T", "5G", "-5M", "5M/s", "1e6"])
def test_what_is_no_bitrate_is_told(text: str) -> None:
    with pytest.raises(ve.EncoderConfigError, match="is no bitrate") as caught:
        ve.EncoderConfig(bitrate=text)
    assert caught.value.place.field == "bitrate"


@pytest.mark.parametrize("bare", [5_000_000, np.int64(5_000_000), "5000000", " 5000000"])
@pytest.mark.parametrize("field", ["bitrate", "audio_bitrate"])
def test_a_number_without_a_unit_is_refused_with_both_readings(field: str, bare: Any) -> None:
    given: Any = {field: bare}
    with pytest.raises(ve.VelocityError, match="the bitrate 5000000 says no unit") as caught:
        ve.EncoderConfig(**given)
    assert caught.value.place.field == field
    assert isinstance(caught.value, TypeError) is not isinstance(bare, str)
    readings = ("5000000 bit/s", "5000000 B/s", "BitsPerSecond(5000000)", "BytesPerSecond(5000000)")
    assert all(reading in (caught.value.hint or "") for reading in readings)


def test_numbers_that_say_their_unit() -> None:
    bits, octets = ve.BitsPerSecond(5_000_000), ve.BytesPerSecond(625_000)
    for given in (bits, octets):
        config = ve.EncoderConfig(bitrate=given, audio_bitrate=given)
        assert (config.bitrate, config.audio_bitrate) == (625_000, 5_000_000)
        assert replace(config, gop=5).bitrate == 625_000 and pickle.loads(pickle.dumps(config)) == config
        assert ve.EncoderConfig.from_values(json.loads(json.dumps(config.to_values()))) == config
    assert f"{bits} {octets!r}" == "5000000 BytesPerSecond(625000)"
    for wrong in ("5M", 5.0, None, True):
        with pytest.raises(ve.WrongTypeError, match="value is"):
            ve.BitsPerSecond(wrong)  # type: ignore[arg-type]
    (problem,) = config_problems(ve.EncoderConfig(bitrate="100 B/s"), codec_traits())
    assert problem.message == "the bitrate in bytes a second is 100"


@pytest.mark.parametrize(
    "wrong",
    [
        {"bitrate": 5.5},
        {"bitrate": True},
        {"fps_num": 29.97},
        {"fps_num": Fraction(30)},
        {"fps_num": "30"},
        {"resolution": "320x180"},
        {"resolution": 320},
        {"resolution": (320.0, 180)},
        {"codec": 1.5},
        {"rate_control": "cbr"},
        {"container": 3},
        {"segment_seconds": "5"},
        {"qp": 1.0},
        {"held_frames": True},
    ],
)
def test_settings_of_a_wrong_type_are_told_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError) as caught:
        ve.EncoderConfig(**wrong)
    assert isinstance(caught.value, ve.WrongTypeError)
    assert caught.value.place.field == next(iter(wrong)) and caught.value.hint


def test_the_numbers_of_rate_controls() -> None:
    assert ve.EncoderConfig(rate_control=2).rate_control is ve.RateControl.CQP
    with pytest.raises(ve.EncoderConfigError, match="the rate control is 7"):
        ve.EncoderConfig(rate_control=7)


def test_settings_are_named_as_the_library_names_them() -> None:
    wrong = ve.EncoderConfig(fps_den=3, resolution=(641, 360), audio_bitrate="5 bit/s")
    fields = {problem.place.field for problem in config_problems(wrong, codec_traits())}
    assert fields == {"fps_den", "resolution", "audio_bitrate"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"template": "demo.zip"},
        {"output": None},
        {"output": 3},
        {"encoder": {"bitrate": 5}},
        {"audio": ["a.wav"]},
        {"assets": ["a.png"]},
        {"customizations": "Hello"},
        {"frames": 10},
        {"progress": "print"},
        {"cancelled": True},
        {"executor": object()},
    ],
)
def test_arguments_of_a_wrong_type_are_told_by_name(wrong: dict[str, Any], template: ve.Template) -> None:
    given: dict[str, Any] = {"template": template, "output": io.BytesIO(), **wrong}
    with pytest.raises(ve.WrongTypeError) as caught:
        ve.render(**given)
    assert caught.value.place.field == next(iter(wrong)) and caught.value.hint


def test_what_callbacks_raise_comes_out_as_it_is(template: ve.Template, tmp_path: Path) -> None:
    class Own(Exception):
        pass

    def told(_progress: ve.Progress) -> None:
        raise Own("mine")

    def asked() -> bool:
        raise Own("mine")

    for callbacks in ({"progress": told}, {"cancelled": asked}):
        with pytest.raises(Own, match="mine"):
            ve.render(template, tmp_path / "a.mp4", encoder=FAST, frames=(0, 20), **callbacks)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_is_not_there_is_told_by_its_name_and_layer(template: ve.Template) -> None:
    changes = [{"layer": "Photo", "image": Path("nope.jpg")}]
    with pytest.raises(ve.CustomizationError, match=r"there is no file nope\.jpg") as caught:
        ve.still(template, size=SIZE, customizations=changes)
    assert caught.value.place == ve.Place(layer="Photo", field="customizationMap[0].image")
    assert [str(one) for one in template.check(customizations=changes)] == [str(caught.value)]


def test_an_open_file_is_looked_at_before_any_work(template: ve.Template, tmp_path: Path) -> None:
    told: list[ve.Progress] = []
    (tmp_path / "a.mp4").write_bytes(b"older")
    with (tmp_path / "a.mp4").open("rb") as reading, pytest.raises(ve.WrongTypeError, match="open it in mode"):
        ve.render(template, reading, encoder=FAST, frames=(0, 2), progress=told.append)
    with (tmp_path / "b.mp4").open("wb") as closed:
        pass
    with pytest.raises(ve.StorageError, match="the file that was given is closed"):
        ve.render(template, closed, encoder=FAST, frames=(0, 2), progress=told.append)
    assert told == [] and (tmp_path / "a.mp4").read_bytes() == b"older"


def test_the_name_of_an_open_file_chooses_as_a_path_does(template: ve.Template, tmp_path: Path) -> None:
    with (tmp_path / "a.avi").open("wb") as file:
        ve.render(template, file, encoder=FAST, frames=(0, 2))
    assert (tmp_path / "a.avi").read_bytes()[8:12] == b"AVI "
    with (tmp_path / "a.txt").open("wb") as file, pytest.raises(ve.EncoderConfigError, match=r"writes \.txt"):
        ve.render(template, file, encoder=FAST, frames=(0, 2))
    with (tmp_path / "plain").open("wb") as file:
        ve.render(template, file, encoder=FAST, frames=(0, 2))
    assert (tmp_path / "plain").read_bytes()[4:8] == b"ftyp"


def test_fields_are_those_of_what_is_wrong(template: ve.Template, tmp_path: Path) -> None:
    with pytest.raises(ve.FrameRangeError, match="there is no frame 500") as caught:
        ve.render(template, tmp_path / "a.mp4", poster=ve.Poster(str(tmp_path / "p.jpg"), frame=500))
    assert caught.value.place.field == "poster"
    for wish, field in (({"poster": "zzz://a/b.jpg"}, "poster"), ({"audio": "zzz://a/b.mp3"}, None)):
        given: dict[str, Any] = wish
        with pytest.raises(ve.StorageError, match="no storage backend serves zzz") as unserved:
            ve.render(template, tmp_path / "a.mp4", **given)
        assert unserved.value.place.field == field
    with pytest.raises(ve.StorageError) as unopened:
        ve.open_template("zzz://a/b.zip")
    assert unopened.value.place.field is None


def test_hints_say_what_is_possible(template: ve.Template) -> None:
    with pytest.raises(ve.WrongTypeError, match=r"It must be RateControl\.CBR"):
        ve.EncoderConfig(rate_control="cbr")  # type: ignore[arg-type]
    with pytest.raises(ve.FrameRangeError, match="at most 134217728 pixels: 11585x11585 is possible"):
        ve.still(template, size=(20_000, 20_000))
    with pytest.raises(ve.FrameRangeError, match="at least 1 pixel"):
        ve.still(template, size=(0, 20_000))


def test_an_id_that_is_taken_is_another_one_wherever_an_entry_names_it() -> None:
    """A template with replacements has assets of its own; a request that uses one of their ids means its own file."""
    image = {"layer": "Photo", "image": {"assetId": "a"}}
    data = {"layer": "Box", "plugin": "chart", "data": {"bars": [{"logo": {"assetId": "a", "fit": "cover"}}, "a"]}}
    with GivenFiles() as given:
        entries, files = given.request([image, data], {"a": "b.png"}, 2, {"a": "a.png"})
    assert files == {"a (2)": "b.png"}
    assert entries[0]["image"] == {"assetId": "a (2)"}
    assert entries[1]["data"] == {"bars": [{"logo": {"assetId": "a (2)", "fit": "cover"}}, "a"]}
