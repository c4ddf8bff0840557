"""A finished file is read back before it counts as done."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from clear_template import clear_template

import velocity_engine as ve

MP4 = ve.EncoderConfig(preset=5)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("output")
    with clear_template(folder, 30, rate=30) as template:
        ve.render(template, folder / "t.mp4", encoder=MP4)
    return folder / "t.mp4"


def test_a_whole_file_passes(video: Path) -> None:
    ve.check_written(video, MP4, 30, 1.0)
    with av.open(str(video)) as opened:
        assert len(list(opened.decode(video=0))) == 30


def test_a_file_of_other_frames_or_length_does_not(video: Path) -> None:
    with pytest.raises(ve.RenderFailed, match=r"30 frames and 1\.000 s, not 31 and 1\.000"):
        ve.check_written(video, MP4, 31, 1.0)
    with pytest.raises(ve.RenderFailed, match=r"not 30 and 2\.000"):
        ve.check_written(video, MP4, 30, 2.0)


@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.9])
def test_a_file_cut_short_does_not(video: Path, tmp_path: Path, kept: float) -> None:
    content = video.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: int(kept if kept >= 1 else kept * len(content))])
    with pytest.raises(ve.RenderFailed):
        ve.check_written(cut, MP4, 30, 1.0)


def test_what_a_codec_wrote_is_read_by_it(tmp_path: Path) -> None:
    gif, path = ve.EncoderConfig(codec="gif"), tmp_path / "a.gif"
    with clear_template(tmp_path, 12) as template:
        result = ve.render(template, path)
    ve.check_written(path, gif, result.frames, result.video_seconds)
    with pytest.raises(ve.RenderFailed, match=r"lasts 0\.480 s, not 2\.000"):
        ve.check_written(path, gif, result.frames, 2.0)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(ve.RenderFailed, match="read back"):
        ve.check_written(path, gif, result.frames, result.video_seconds)
