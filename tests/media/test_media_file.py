"""Nothing that strangers made leads beyond itself: no other file is opened and no socket, whatever FFmpeg could."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import av
import pytest
from media_support import make_clip, make_sound, tone
from strangers import ENDINGS, Sockets, Watched, demuxers, muxers, naming, spellings, with_data_elsewhere, written

from velocity_engine.errors import MediaError
from velocity_engine.media import media_file
from velocity_engine.media.clip import open_clip
from velocity_engine.media.media_file import CLIP, SOUND, WRITTEN, Kind, open_media
from velocity_engine.media.probe import probe_asset, probe_audio, probe_clip, probe_video, written_length
from velocity_engine.sound.decoding import check_sound

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("velocity_engine", "velocity_web", "plugins")
    for path in (ROOT / folder).rglob("*.py")
    if not {"tests", "build"} & set(path.relative_to(ROOT).parts)  # tests look at what was written
]
OPENERS: dict[str, Callable[[Path], object]] = {
    "open_clip": lambda path: open_clip(path).close(),
    "open_clip of bytes": lambda path: open_clip(path.read_bytes(), "x").close(),
    "check_sound": lambda path: check_sound(str(path), "x"),
    "check_sound of bytes": lambda path: check_sound(path.read_bytes(), "x"),
    "probe_asset": probe_asset,
    "probe_audio": probe_audio,
    "probe_clip": probe_clip,
    "probe_video": probe_video,
    "written_length": written_length,
}
WHOSE = dict.fromkeys(("probe_video", "written_length"), "written by the engine")
MEDIA = [name for name in OPENERS if name != "probe_asset"]  # which takes pictures, too

Result = TypeVar("Result")
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks on by means of Linux")


# --- the source -------------------------------------------------------------------------------------------------------


@cache
def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call of a module, by what is called as it is written there."""
    found = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return [(ast.unparse(node.func), node) for node in found]


def places(*names: str) -> set[str]:
    """The modules that call something of one of these names."""
    return {path.name for path in SOURCES for name, _ in calls(path) if name in names}


def test_media_are_opened_for_reading_by_one_module() -> None:
    found = []
    for path in SOURCES:
        for name, call in calls(path):
            writes = len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and call.args[1].value == "w"
            if name in ("av.open", "av.container.open", "container.open") and not writes:
                found.append(path.name)
    assert found == ["media_file.py"]
    text = "".join(path.read_text() for path in SOURCES)
    assert "from av import open" not in text and "from av.container" not in text
    written = {"writers.py"}  # reads back what it wrote itself
    assert places("soundfile.SoundFile", "soundfile.read") == {"sound_file.py"} | written


def test_pictures_are_opened_with_their_formats_listed() -> None:
    found = [(p.name, call) for p in SOURCES for name, call in calls(p) if name.endswith("Image.open")]
    # Goldens are those of a template; fonts have their bitmaps as PNG.
    assert sorted(name for name, _ in found) == ["color_glyphs.py", "goldens.py", "pictures.py"]
    # One more reads back what it wrote itself, whatever its size.
    assert [path.name for path in SOURCES if "Image.OPEN" in path.read_text()] == ["traits.py"]
    for _, call in found:
        formats = [ast.unparse(one.value) for one in call.keywords if one.arg == "formats"]
        assert formats in (["FORMATS"], ["('PNG',)"])


def test_fonts_and_zips_are_opened_where_they_are_checked() -> None:
    assert places("TTFont", "ttLib.TTFont") == {"web_fonts.py"}
    assert places("hb.Blob", "uharfbuzz.Blob") == {"font_files.py", "font_folders.py", "faces.py"}
    written = {"stills.py"}  # reads back what it wrote itself
    assert places("zipfile.ZipFile", "ZipFile") == {"stores.py", "upload_formats.py"} | written


def test_an_opener_that_slips_in_is_found(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text("import av\nav.open(path)\n")
    assert [name for name, _ in calls(path)] == ["av.open"]


# --- every demuxer ----------------------------------------------------------------------------------------------------


def test_ffmpeg_itself_refuses_every_demuxer_but_the_one_that_the_contents_call_for(tmp_path: Path) -> None:
    """Even where the look at the contents were deceived: asked for another demuxer, FFmpeg does not enter it."""
    path = make_clip(tmp_path / "clip.mp4", 3)
    family = {"mov", "mp4", "m4a", "3gp", "3g2", "mj2"}
    names = demuxers()
    assert len(names) > 200 and {"hls", "concat", "sdp", "rtsp", "image2", "lavfi", "webvtt", "tedcaptions"} <= set(
        names
    )
    for in_memory in (False, True):
        options = media_file._confined("mov", CLIP, in_memory)
        for name in names:
            if name.split(",")[0] not in family:
                with pytest.raises((av.error.FFmpegError, OSError)):
                    av.open(str(path), format=name, options=options).close()


def apart(work: Callable[..., Result], *given: object) -> Result:
    """What ``work`` returns in a process of its own, where nothing that an earlier test left opens a socket."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


@linux
def test_contents_of_every_format_under_every_ending(tmp_path: Path) -> None:
    """What FFmpeg can write, with its own choice of codec, is opened as what clips and sounds may be, or refused."""
    made = {name: content for name in muxers() if (content := written(name)) is not None}
    assert len(made) > 100
    for name in demuxers():
        made.setdefault(name, f"{name}\n".encode() + name.encode() * 400)
    opened, seen = apart(open_contents, tmp_path, made)
    assert not seen
    boxes = {"3g2", "3gp", "f4v", "ipod", "ismv", "mov", "mp4", "psp"}
    sounds = {"adts", "mp3", "wav", "flac", "oga", "ogg", "opus", "spx", "rf64", "w64"}
    assert {"adts", "mp3", "mp4", "wav", "flac"} <= opened["of strangers"] <= {*boxes, *sounds}
    assert {"avi", "mp4", "webm"} <= opened["written by the engine"] <= {*boxes, "avi", "matroska", "webm"}


def open_contents(folder: Path, made: dict[str, bytes]) -> tuple[dict[str, set[str]], set[str]]:
    """Which contents were opened, by who wrote them, and the sockets that were seen meanwhile."""
    opened: dict[str, set[str]] = {"of strangers": set(), "written by the engine": set()}
    with Sockets() as sockets:
        for name, content in made.items():
            for number, ending in enumerate(ENDINGS):
                path = folder / f"file{ending}"
                path.write_bytes(content)
                for opener in MEDIA if number == 0 else ("open_clip", "probe_audio", "probe_video"):
                    with suppress(MediaError):
                        OPENERS[opener](path)
                        opened[WHOSE.get(opener, "of strangers")].add(name)
    return opened, sockets.seen


# --- what names other files -------------------------------------------------------------------------------------------


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A clip of somebody else, and a stream that a playlist can name."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    make_clip(folder / "secret.mp4", 5, sound=True)
    with av.open(str(folder / "secret.mp4")) as source, av.open(str(folder / "secret.ts"), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return folder


@linux
def test_no_playlist_opens_another_file_or_a_socket(tmp_path: Path, secret: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    with Watched(secret) as watched:
        seen = apart(opened_sockets, mine, secret)
        assert not watched.opened()
    assert not seen


def opened_sockets(mine: Path, secret: Path) -> set[str]:
    with Sockets() as sockets:
        for target in (secret / "secret.ts", secret / "secret.mp4"):
            for spelled in spellings(target, mine):
                for content in naming(spelled).values():
                    for number, ending in enumerate(ENDINGS):
                        path = mine / f"file{ending}"
                        path.write_bytes(content)
                        for opener in OPENERS if number == 0 else ("open_clip", "check_sound"):
                            with pytest.raises(MediaError):
                                OPENERS[opener](path)
    return sockets.seen


@linux
def test_ffmpeg_left_to_itself_would_open_them(tmp_path: Path, secret: Path) -> None:
    """That the watch sees what it looks for, and that the files are what they are meant to be."""
    path = tmp_path / "x.m3u8"
    with Watched(secret) as watched:
        path.write_bytes(naming(str(secret / "secret.ts"))["hls"])
        av.open(str(path)).close()
        assert watched.opened() == {"secret.ts"}
        path.write_bytes(naming(str(secret / "secret.mp4"))["ffconcat"])
        av.open(str(path), options={"safe": "0"}).close()
        assert watched.opened() == {"secret.mp4"}
    path.write_bytes(naming("")["sdp"])
    with Sockets() as sockets, path.open("rb") as file, suppress(av.error.FFmpegError):
        av.open(file, timeout=(0.5, 0.5)).close()
    assert sockets.seen


@linux
def test_a_clip_whose_data_lie_in_another_file(tmp_path: Path, secret: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", 5)
    path.write_bytes(with_data_elsewhere(path.read_bytes(), str(secret / "secret.mp4")))
    with Watched(secret) as watched:
        freely = {"enable_drefs": "1", "use_absolute_path": "1"}
        av.open(str(path), options=freely).close()
        assert watched.opened() == {"secret.mp4"}
        with pytest.raises(MediaError):
            open_clip(path)
        open_media(path, CLIP, "x", {"options": freely}).close()
        assert not watched.opened()


def test_a_concat_of_itself_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"ffconcat version 1.0\nfile clip.mp4\n")
    code = f"""
import resource
from velocity_engine.media.clip import open_clip
from velocity_engine.errors import MediaError
import av
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + (64 << 20), size + (64 << 20)))
try:
    open_clip({str(path)!r})
except MediaError as error:
    print(error.message)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout == "this is not a clip that can be decoded\n"


# --- what is opened ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["libvpx-vp9", "mpeg4", "libsvtav1", "mjpeg"])
def test_clips_are_h264_and_h265(tmp_path: Path, codec: str) -> None:
    path = make_clip(tmp_path / "clip.mp4", 5, codec=codec, pixel_format="yuvj420p" if codec == "mjpeg" else "yuv420p")
    for opener in (open_clip, probe_clip, probe_asset):
        with pytest.raises(MediaError, match=r"the clip is (vp9|mpeg4|av1|mjpeg).*Clips are MP4 with H.264 or H.265"):
            opener(path)
    assert probe_video(path).frames == 5


@pytest.mark.parametrize("ending", [".webm", ".mkv", ".avi", ".flv", ".ts"])
def test_clips_are_mp4(tmp_path: Path, ending: str) -> None:
    with pytest.raises(MediaError, match="Clips are MP4"):
        open_clip(make_clip(tmp_path / f"clip{ending}", 5, codec="libvpx-vp9" if ending == ".webm" else "libx264"))


def test_quicktime_movies_are_no_clips(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mov", 5)
    movie = path.read_bytes()
    assert movie[4:12] == b"ftypqt  "
    path.with_name("wide.mov").write_bytes(movie[:4] + b"wide" + movie[8:])
    for one in (path, path.with_name("wide.mov")):
        for opener in (open_clip, probe_clip, probe_asset):
            with pytest.raises(MediaError, match=r"a QuickTime movie \(MOV\), not a clip.*Clips are MP4"):
                opener(one)
        assert probe_video(one).frames == 5


def test_a_clip_that_is_quicktime_and_mp4_is_taken(tmp_path: Path) -> None:
    movie = bytearray(make_clip(tmp_path / "clip.mov", 5).read_bytes())
    assert movie[16:20] == b"qt  "
    movie[16:20] = b"mp42"
    (tmp_path / "both.mp4").write_bytes(movie)
    assert probe_clip(tmp_path / "both.mp4").frames == 5


@pytest.mark.parametrize("ending", [".wav", ".mp3", ".m4a", ".aac"])
def test_sounds_are_known_by_their_contents(tmp_path: Path, ending: str) -> None:
    path = make_sound(tmp_path / f"sound{ending}", tone(1.0))
    renamed = path.rename(tmp_path / "sound.bin")
    for source in (renamed, renamed.read_bytes()):
        with open_media(source, SOUND, "x") as container:
            assert container.streams.audio[0].codec_context.sample_rate == 48_000


def test_a_sound_after_tags_padding_and_rubbish(tmp_path: Path) -> None:
    for ending in (".mp3", ".aac"):
        sound = make_sound(tmp_path / f"sound{ending}", tone(1.0)).read_bytes()
        start = sound.index(b"\xff", 10)
        frames = sound[start:]
        tag = b"ID3\x04\0\0\0\0\x02\x00" + bytes(256)
        for before in (b"", tag, tag + tag, bytes(1000), tag + bytes(500) + b"\xff\xfb\xff"):
            open_media(before + frames, SOUND, "x").close()
        with pytest.raises(MediaError):
            open_media(b"x" * 20_000 + frames, SOUND, "x")


def test_rendered_files_are_mp4_mov_avi_and_matroska(tmp_path: Path) -> None:
    for ending in (".mp4", ".mov", ".avi", ".mkv"):
        open_media(make_clip(tmp_path / f"a{ending}", 3), WRITTEN, "x").close()
    with pytest.raises(MediaError):
        open_media(make_clip(tmp_path / "a.ts", 3), WRITTEN, "x")


@pytest.mark.parametrize("kind", [CLIP, SOUND], ids=lambda kind: kind.what)
def test_a_matroska_file_of_a_stranger_is_refused_by_name(tmp_path: Path, kind: Kind) -> None:
    with pytest.raises(MediaError, match="a WebM or Matroska file, not a"):
        open_media(make_clip(tmp_path / "a.mkv", 3, sound=True), kind, "x")


def test_a_picture_in_the_heif_format_is_no_clip(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", 3)
    content = path.read_bytes()
    assert content[4:8] == b"ftyp"
    with pytest.raises(MediaError):
        open_clip(content[:8] + b"heic" + content[12:])


def test_the_cover_of_a_clip_is_not_its_picture(tmp_path: Path) -> None:
    path = tmp_path / "covered.m4a"
    sound = make_sound(tmp_path / "sound.m4a", tone(0.5))
    with av.open(str(sound)) as source, av.open(str(path), "w", format="mp4") as target:
        music = target.add_stream_from_template(source.streams.audio[0])
        cover = target.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame(32, 32, "yuvj420p")
        frame.pts = 0
        target.mux([*cover.encode(frame), *cover.encode(None)])
        for packet in source.demux(audio=0):
            if packet.dts is not None:
                packet.stream = music
                target.mux(packet)
    assert probe_audio(path).format == "aac"
    with pytest.raises(MediaError, match="no video"):
        open_clip(path)
