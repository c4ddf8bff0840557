"""Orders whose sound is mixed in many ways: the same bytes have to come out wherever their segments are rendered."""

from __future__ import annotations

import json
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import velocity_engine as ve

FRAMES, RATE = 75, 25
SMALL = ve.EncoderConfig(resolution=(64, 36), preset=5, segment_seconds=0.4)
MIXES: dict[str, dict[str, Any]] = {
    "volume and fades": {"mix": ve.SoundMix(volume=0.7, fade_in=0.5, fade_out=0.8)},
    "a loop of a part": {"mix": ve.SoundMix(start=0.3, trim=(0.25, 0.75), loop=True, mute_template=True)},
    "ducking under a layer": {"mix": ve.SoundMix(ducking=ve.Ducking(layer="Voice", depth=15, attack=0.1, release=0.3))},
    "ducking and loudness": {"mix": ve.SoundMix(volume=2.0, ducking=ve.Ducking(), loudness=-16)},
    "a longer video": {"mix": ve.SoundMix(fade_out=1.0, loudness=-23), "duration": 6.0},
}


def write_tone(path: Path, hertz: float, seconds: float, rate: int, channels: int = 1) -> Path:
    """A tone that comes and goes, in 16 bits."""
    times = np.arange(round(seconds * rate)) / rate
    wave_ = np.sin(2 * np.pi * hertz * times) * np.clip(np.sin(5 * times) + 0.3, 0, 1) * 12_000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(wave_.astype("<i2"), channels).tobytes())
    return path


def sounding_template(folder: Path) -> Path:
    """Two sounds of the template itself, and a square that moves until a hold."""
    own = folder / "template"
    own.mkdir()
    write_tone(own / "voice.wav", 330, 2.0, 48_000)
    write_tone(own / "bed.wav", 110, 3.0, 22_050, channels=2)
    sounds = [
        {"ty": 6, "ind": number, "nm": name, "refId": name, "ip": first, "op": FRAMES, "st": first, "ks": {}}
        for number, (name, first) in enumerate({"Voice": 20, "Bed": 0}.items(), 1)
    ]
    ease = {"i": {"x": 1, "y": 1}, "o": {"x": 0, "y": 0}}
    moves = {"a": 1, "k": [{"t": 0, "s": [0, 18, 0], **ease}, {"t": 40, "s": [64, 18, 0]}]}
    solid = {"sw": 20, "sh": 20, "sc": "#ff8800"}
    square = {"ty": 1, "ind": 3, **solid, "ip": 0, "op": FRAMES, "st": 0, "ks": {"p": moves}}
    document = {
        "v": "5.9.0", "fr": RATE, "ip": 0, "op": FRAMES, "w": 64, "h": 36, "layers": [*sounds, square],
        "assets": [{"id": name, "u": "", "p": f"{name.lower()}.wav", "e": 0} for name in ("Voice", "Bed")],
        "markers": [{"tm": 50, "cm": "velocity:hold", "dr": 0}],
    }  # fmt: skip
    path = own / "data.json"
    path.write_text(json.dumps(document))
    return path


def orders_with_sound(folder: Path) -> Iterator[tuple[str, ve.RenderOrder]]:
    """Each way of mixing, beside a sound of the caller's."""
    music = write_tone(folder / "music.wav", 220, 2.2, 44_100)
    with ve.open_template(sounding_template(folder)) as template:
        for name, more in MIXES.items():
            yield name, ve.order_for(template, folder / "out.mp4", encoder=SMALL, audio=music, **more)
