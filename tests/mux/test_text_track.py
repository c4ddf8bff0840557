"""The track of texts in MP4 and MOV, as a demuxer reads it."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

import velocity_engine as ve

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
CUES = [ve.Cue(0.5, 1.5, "Hello\nyou"), ve.Cue(2, 3, "שלום"), ve.Cue(9, 10, "after the end")]


def texts(path: Path) -> list[tuple[float, float, str]]:
    """Of all samples that say something, with their seconds."""
    with av.open(str(path)) as file:
        [track] = file.streams.subtitles
        found = [(packet, bytes(packet)) for packet in file.demux(track) if packet.size > 2]
        return [
            (float(packet.pts * packet.time_base), float(packet.duration * packet.time_base), data[2:].decode())
            for packet, data in found
            if packet.pts is not None and packet.duration is not None
        ]


@pytest.mark.parametrize("ending", ["mp4", "mov"])
def test_players_find_each_text_at_its_time(tmp_path: Path, ending: str) -> None:
    captions = ve.Captions(cues=CUES, style="none", text_track=True, language="heb")
    encoder = ve.EncoderConfig(resolution=(128, 72), preset=5)
    paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
    with ve.open_template(DEMO) as template:
        for path in paths:
            ve.render(template, path, captions=captions, encoder=encoder, frames=(30, 120))
    assert texts(paths[0]) == [(0.0, 0.5, "Hello\nyou"), (1.0, 1.0, "שלום")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with av.open(str(paths[0])) as file:
        [track] = file.streams.subtitles
        assert (track.codec_context.name, track.metadata["language"]) == ("mov_text", "heb")
        assert b"ftab" in (track.codec_context.extradata or b""), "players need its font table"
        assert float(file.duration or 0) / 1e6 == pytest.approx(3.0, abs=0.001)


def test_other_containers_take_none(tmp_path: Path) -> None:
    captions = ve.Captions(cues=CUES, text_track=True)
    with ve.open_template(DEMO) as template:
        with pytest.raises(ve.CaptionsError, match="avi takes no text track"):
            ve.render(template, tmp_path / "a.avi", captions=captions)
        config = ve.EncoderConfig(container="avi")
        assert [error.place.field for error in template.check(config, captions=captions)] == ["text_track"]
    assert not list(tmp_path.iterdir())
