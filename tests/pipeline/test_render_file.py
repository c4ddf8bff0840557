"""The whole pipeline on small scenes: what is in the file, who may run it, and what is left when it fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from media_support import decoded_sound, make_sound, tone

from velocity_engine.display import DisplayList, FillSource, SolidPaint, command, display_list
from velocity_engine.encoder_config import EncoderConfig, RateControl
from velocity_engine.errors import MediaError, RenderCancelled, RenderFailed, StorageError
from velocity_engine.model.geometry import rectangle_path, translation
from velocity_engine.pipeline import written
from velocity_engine.pipeline.draw import SegmentWork
from velocity_engine.pipeline.executed_segments import Execute
from velocity_engine.pipeline.prepared import Video
from velocity_engine.pipeline.progress import Progress
from velocity_engine.pipeline.render_file import RenderStats, Ways, render_to_file
from velocity_engine.plugin_types import EncodedSegment, RenderWatch, Segment
from velocity_engine.sound.tracks import AudioPlan, AudioTrack

RATE = Fraction(25)
SQUARE = FillSource(rectangle_path(0, 0, 32, 32), SolidPaint((1.0, 0.0, 0.0, 1.0)))


@dataclass(frozen=True)
class MovingSquare:
    """A red square that moves right by 2 pixels a frame, and rests in every second half second."""

    width: int = 160
    height: int = 96
    on_frame: Callable[[int], None] = field(default=lambda number: None)

    def place(self, number: int) -> int:
        half, step = divmod(number, 12)
        return (half // 2 * 12 + (step if half % 2 == 0 else 11)) * 2 % 120

    def display_list(self, output_frame: int) -> DisplayList:
        self.on_frame(output_frame)
        drawn = command(SQUARE, translation(self.place(output_frame), 40))
        return display_list(self.width, self.height, (0.0, 0.0, 0.5, 1.0), [drawn])


def rendered(path: Path, count: int, scene: MovingSquare | None = None, **more: Any) -> RenderStats:
    config = more.pop("config", EncoderConfig(bitrate="800k", gop=25))
    return render_to_file(Video.of(scene or MovingSquare(), config, RATE, count), path, **more)


def pictures(path: Path) -> Iterator[np.ndarray]:
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
def test_every_frame_shows_its_picture(tmp_path: Path, codec: str) -> None:
    scene = MovingSquare()
    stats = rendered(tmp_path / "out.mp4", 300, config=EncoderConfig(bitrate="800k", codec=codec))
    found = list(pictures(tmp_path / "out.mp4"))
    assert len(found) == stats.frames == 300
    for number, shown in enumerate(found):
        left = scene.place(number)
        assert shown[56, left + 16].astype(int) == pytest.approx([255, 0, 0], abs=25), number
        assert shown[10, 10].astype(int) == pytest.approx([0, 0, 127], abs=25), number
        assert shown[56, (left + 80) % 160].astype(int) == pytest.approx([0, 0, 127], abs=25), number
    rests = sum(scene.place(number) == scene.place(number - 1) for number in range(1, 300))
    assert stats.held_frames == pytest.approx(rests, abs=2)
    assert stats.tiles == 300 * 3 * 2
    assert 6 * stats.held_frames < stats.held_tiles < stats.tiles, "a moving square leaves other columns alone"
    assert stats.size_bytes == (tmp_path / "out.mp4").stat().st_size
    assert {"evaluate", "composite", "convert", "encode", "mux"} <= set(stats.seconds_by_stage)


def executing(scene: MovingSquare, config: EncoderConfig, count: int, order: Callable[..., object]) -> Execute:
    """Renders the segments on the caller's thread, in the order that ``order`` brings them into."""
    video = Video.of(scene, config, RATE, count)

    def execute(segments: Sequence[Segment], watch: RenderWatch) -> Iterator[EncodedSegment]:
        work = SegmentWork(scene, video.settings, RATE, watch.cancelled)
        return (work(segment) for segment in order(segments))  # type: ignore[attr-defined]

    return execute


@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
def test_the_bytes_do_not_depend_on_who_renders(tmp_path: Path, codec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = EncoderConfig(bitrate="240k", codec=codec, gop=25)
    rendered(tmp_path / "workers", 390, config=config)
    for name, order in (("forwards", iter), ("backwards", reversed)):
        rendered(tmp_path / name, 390, config=config, ways=Ways(executing(MovingSquare(), config, 390, order)))
    monkeypatch.setattr("velocity_engine.pipeline.segment_workers.available_cores", lambda: 1)
    rendered(tmp_path / "single", 390, config=config)
    monkeypatch.setattr("velocity_engine.pipeline.segment_workers.available_cores", lambda: 5)
    rendered(tmp_path / "many", 390, config=config)
    assert len({(tmp_path / name).read_bytes() for name in ("workers", "forwards", "backwards", "single", "many")}) == 1


@pytest.mark.parametrize("container", ["mp4", "mov", "avi"])
def test_containers_and_sound(tmp_path: Path, container: str) -> None:
    voice = make_sound(tmp_path / "voice.wav", tone(10))
    track = AudioTrack(source=str(voice), name="voice.wav", start=1.0)
    config = EncoderConfig(bitrate="400k", container=container)
    plan = AudioPlan(tracks=(track,), seconds=Fraction(3))
    rendered(tmp_path / "out", 75, config=config, audio_plan=plan)
    sound = decoded_sound(tmp_path / "out")
    assert sound.shape[1] / 48_000 == pytest.approx(3, abs=0.06)
    assert np.abs(sound[:, :45_000]).max() < 0.01 < 0.4 < np.abs(sound[:, 60_000:130_000]).max()
    assert len(list(pictures(tmp_path / "out"))) == 75


@pytest.mark.parametrize("rate_control", list(RateControl))
@pytest.mark.parametrize("count", [1, 2, 30])
def test_short_videos(tmp_path: Path, rate_control: RateControl, count: int) -> None:
    rendered(tmp_path / "out.mp4", count, config=EncoderConfig(bitrate="400k", rate_control=rate_control))
    assert len(list(pictures(tmp_path / "out.mp4"))) == count


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    told: list[Progress] = []
    rendered(tmp_path / "out.mp4", 200, progress=told.append)
    assert [told[0].stage, told[-2].stage, told[-1].stage] == ["rendering", "storing", "done"]
    done = [progress.frames_done for progress in told]
    assert done == sorted(done) and done[-1] == 200
    assert told[-1].fps > 0 and told[-1].seconds_left == 0


def left_over(folder: Path) -> list[str]:
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("velocity-")]
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("frame", [0, 1, 130, 299])
def test_cancelled_at_any_frame(tmp_path: Path, frame: int) -> None:
    stop = threading.Event()
    scene = MovingSquare(on_frame=lambda number: stop.set() if number == frame else None)
    with pytest.raises(RenderCancelled):
        rendered(tmp_path / "out.mp4", 300, scene, cancelled=stop.is_set)
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("executed", [False, True])
@pytest.mark.parametrize("frame", [0, 120, 299])
def test_an_error_of_the_scene_reaches_the_caller(tmp_path: Path, frame: int, executed: bool) -> None:
    def fail(number: int) -> None:
        if number == frame:
            raise MediaError("the clip is damaged")

    scene = MovingSquare(on_frame=fail)
    config = EncoderConfig(bitrate="800k", gop=25)
    execute = executing(scene, config, 300, iter) if executed else None
    with pytest.raises(MediaError, match="damaged"):
        rendered(tmp_path / "out.mp4", 300, scene, config=config, ways=Ways(execute))
    assert left_over(tmp_path) == []


def test_other_errors_become_render_failed(tmp_path: Path) -> None:
    def fail(number: int) -> None:
        raise ZeroDivisionError("at all")

    with pytest.raises(RenderFailed) as failure:
        rendered(tmp_path / "out.mp4", 30, MovingSquare(on_frame=fail))
    assert str(failure.value) == "rendering failed: the engine or a plugin made a mistake"
    assert str(failure.value.__cause__) == "at all"
    assert left_over(tmp_path) == []


def test_an_error_of_the_callback_ends_the_threads(tmp_path: Path) -> None:
    def complain(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rendered(tmp_path / "out.mp4", 500, progress=complain)
    assert left_over(tmp_path) == []


def test_a_broken_sound_ends_the_threads(tmp_path: Path) -> None:
    broken = tmp_path / "voice.mp3"
    broken.write_bytes(b"no sound")
    plan = AudioPlan(tracks=(AudioTrack(source=str(broken), name="voice.mp3"),), seconds=Fraction(20))
    with pytest.raises(MediaError):
        rendered(tmp_path / "out.mp4", 500, audio_plan=plan)
    assert left_over(tmp_path) == ["voice.mp3"]


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        rendered(tmp_path / "missing" / "out.mp4", 30)


def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.mp4"
    path.write_bytes(b"old")
    monkeypatch.setattr(written, "written_length", lambda *part: (_ for _ in ()).throw(MediaError("unreadable")))
    with pytest.raises(RenderFailed, match="read back"):
        rendered(path, 10)
    assert path.read_bytes() == b"old"
    monkeypatch.undo()
    rendered(path, 10)
    assert len(list(pictures(path))) == 10
    assert left_over(tmp_path) == ["out.mp4"]


def test_an_executor_that_loses_segments(tmp_path: Path) -> None:
    config = EncoderConfig(bitrate="800k", gop=25)
    lossy = executing(MovingSquare(), config, 250, lambda segments: segments[:-1])
    with pytest.raises(RenderFailed, match="1 of 2 segments"):
        rendered(tmp_path / "out.mp4", 250, config=config, ways=Ways(lossy))


def test_more_segments_than_lanes_keep_ahead(tmp_path: Path) -> None:
    config = EncoderConfig(bitrate="800k", gop=5, idr=10)  # segments of ten frames
    stats = rendered(tmp_path / "many.mp4", 400, config=config)
    assert stats.frames == 400
    assert sum(1 for _ in pictures(tmp_path / "many.mp4")) == 400
