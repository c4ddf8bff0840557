"""A finished file is read back before it counts as done."""

from __future__ import annotations

from pathlib import Path

import pytest
from web.support_templates import template_zip

import velocity_engine as engine
from velocity_web.processes.render_process import check_output


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("output")
    (folder / "t.zip").write_bytes(template_zip(frames=30))
    with engine.open_template(folder / "t.zip") as template:
        engine.render(template, folder / "t.mp4", encoder=engine.EncoderConfig(bitrate=100_000, preset=5))
    return folder / "t.mp4"


def test_a_whole_file_passes(video: Path) -> None:
    check_output(video, 30, 1.0)


def test_a_file_of_other_frames_or_length_does_not(video: Path) -> None:
    with pytest.raises(engine.RenderFailed, match="30 frames, 31 were rendered"):
        check_output(video, 31, 1.0)
    with pytest.raises(engine.RenderFailed, match="lasts"):
        check_output(video, 30, 2.0)


@pytest.mark.parametrize("kept", [0, 100, 0.5, 0.9])
def test_a_file_cut_short_does_not(video: Path, tmp_path: Path, kept: float) -> None:
    content = video.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: int(kept if kept >= 1 else kept * len(content))])
    with pytest.raises(engine.RenderFailed):
        check_output(cut, 30, 1.0)
