"""Long silence is encoded once, and everything behind it stands where it did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from media_support import decoded_sound, tone
from numpy.typing import NDArray

from velocity_engine.mux import sound_stream
from velocity_engine.mux.sound_stream import SoundStream

RATE = 48_000


def written(path: Path, sound: NDArray[np.float32], codec: str) -> tuple[bytes, int]:
    """The file, and how many samples the encoder was given."""
    blocks = (sound[:, at : at + RATE] for at in range(0, sound.shape[1], RATE))
    with av.open(str(path), "w", format="mp4", options={"fflags": "+bitexact"}) as file:
        stream: Any = file.add_stream(codec, rate=RATE)
        stream.layout, stream.bit_rate = "stereo", 192_000
        encoded = SoundStream(stream, blocks)
        for packet in encoded.packets(None):
            file.mux(packet)
    return path.read_bytes(), encoded._given


@pytest.mark.parametrize("rest", [0, 333, 1000])
@pytest.mark.parametrize("codec", ["aac", "libmp3lame"])
def test_long_silence_is_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: int, codec: str) -> None:
    loud = tone(2.0 + rest / RATE)
    sound = np.concatenate([loud, np.zeros((2, 40 * RATE), np.float32), loud], axis=1)
    _short, given = written(tmp_path / "short.mp4", sound, codec)
    monkeypatch.setattr(sound_stream, "SETTLES", ())
    _whole, all_of_it = written(tmp_path / "whole.mp4", sound, codec)
    assert all_of_it == sound.shape[1]
    assert given < 20 * RATE if codec == "aac" else given == all_of_it
    short, whole = decoded_sound(tmp_path / "short.mp4"), decoded_sound(tmp_path / "whole.mp4")
    assert short.shape == whole.shape
    assert np.abs(short[:, 3 * RATE : 41 * RATE]).max() < 1e-4
    end = slice(-RATE - 4800, -4800)
    assert np.corrcoef(short[0, end], whole[0, end])[0, 1] > 0.999


def test_short_silence_goes_through_the_encoder(tmp_path: Path) -> None:
    sound = np.concatenate([tone(1.0), np.zeros((2, 9 * RATE), np.float32), tone(1.0)], axis=1)
    assert written(tmp_path / "short.mp4", sound, "aac")[1] == sound.shape[1]
