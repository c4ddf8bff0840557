"""A template whose markers say what may become longer or shorter: a square that moves, a clip, a sound."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from media_support import make_clip, make_sound

import velocity_engine as ve

RATE = 25
FRAMES = 100


def marker(comment: str, time: float, duration: float = 0.0) -> dict[str, Any]:
    return {"cm": comment, "tm": time, "dr": duration}


def moving(end: float = FRAMES, **more: Any) -> dict[str, Any]:
    """A square that is somewhere else in every frame."""
    straight = {"i": {"x": [1, 1], "y": [1, 1]}, "o": {"x": [0, 0], "y": [0, 0]}}
    keys = [{"t": 0, "s": [0, 32, 0], **straight}, {"t": end, "s": [64, 32, 0]}]
    square = [
        {"ty": "rc", "p": {"a": 0, "k": [0, 0]}, "s": {"a": 0, "k": [20, 20]}, "r": {"a": 0, "k": 0}},
        {"ty": "fl", "c": {"a": 0, "k": [1, 0.5, 0, 1]}, "o": {"a": 0, "k": 100}},
        {"ty": "tr", **{key: {"a": 0, "k": value} for key, value in TRANSFORM.items()}},
    ]
    place = {"p": {"a": 1, "k": keys}}
    shapes = {"shapes": [{"ty": "gr", "it": square}]}
    return {"ty": 4, "nm": "Square", "ind": 1, "ip": 0, "op": end, "st": 0, "ks": place, **shapes} | more


TRANSFORM: dict[str, Any] = {"p": [0, 0], "a": [0, 0], "s": [100, 100], "r": 0, "o": 100}


def clip_layer(**more: Any) -> dict[str, Any]:
    return {"ty": 9, "nm": "Clip", "refId": "clip", "ind": 2, "ip": 0, "op": FRAMES, "st": 0, "sr": 1, "ks": {}} | more


def sound_layer(**more: Any) -> dict[str, Any]:
    return {
        "ty": 6,
        "nm": "Music",
        "refId": "music",
        "ind": 3,
        "ip": 0,
        "op": FRAMES,
        "st": 0,
        "sr": 1,
        "ks": {},
    } | more


def template(
    tmp_path: Path,
    markers: list[dict[str, Any]],
    layers: list[dict[str, Any]] | None = None,
    *,
    assets: list[dict[str, Any]] | None = None,
    clip_frames: int = 60,
    samples: Any = None,
    end: int = FRAMES,
) -> ve.Template:
    """Four seconds, or ``end`` frames, at 25 frames a second, in 64 x 64 pixels."""
    path = tmp_path / "lengths.zip"
    clip = make_clip(tmp_path / "clip.mp4", clip_frames, size=(64, 64), sound=True)
    document = {
        "v": "5.9.0", "fr": RATE, "ip": 0, "op": end, "w": 64, "h": 64, "ddd": 0, "markers": markers,
        "layers": [moving()] if layers is None else layers,
        "assets": [
            {"id": "clip", "u": "", "p": "clip.mp4", "w": 64, "h": 64, "e": 0},
            {"id": "music", "u": "", "p": "music.wav", "e": 0, "t": 3}, *(assets or []),
        ],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.json", json.dumps(document))
        archive.write(clip, "clip.mp4")
        if samples is not None:
            archive.write(make_sound(tmp_path / "music.wav", samples), "music.wav")
    return ve.open_template(path)
