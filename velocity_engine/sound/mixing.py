"""All tracks as one: blocks of 48 kHz stereo, exactly as long as the video.

Everything is streamed in blocks of a second: the memory does not grow with the length.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np

from velocity_engine.sound.ducking import Ducker
from velocity_engine.sound.loudness import measured
from velocity_engine.sound.playing import Player
from velocity_engine.sound.tracks import BLOCK, RATE, AudioPlan, AudioTrack, Block
from velocity_engine.sound.true_peak import limited_peaks

KNEE = 0.95  # above it peaks are bent so that they stay below 1
CEILING_DB = -1.0  # dBTP, of a mix that is brought to a loudness (EBU R 128)
CLOSE_LU = 0.1  # to the wanted loudness
ROUNDS = 4  # of measuring: what the limiter takes away is added again
MAX_GAIN_DB = 40.0  # silence is not made loud


def mix_audio(plan: AudioPlan) -> Iterator[Block]:
    """Blocks of (2, n) float32, a second each, at ``RATE``; together exactly as long as the plan. MediaError names a
    broken file."""
    if plan.loudness is None:
        yield from map(limited, mixed_tracks(plan))
    else:
        yield from _at_gain(plan, gain_for(plan, plan.loudness))


def mixed_tracks(plan: AudioPlan) -> Generator[Block, None, None]:
    """The tracks added up, and the caller's own ducked; peaks may be above 1."""
    total = round(plan.seconds * RATE)
    others = [(track, Player(track)) for track in plan.tracks]
    own = [Player(track) for track in plan.own]
    ducker = None if plan.duck is None else Ducker(plan.duck)
    try:
        for at in range(0, total, BLOCK):
            count = min(BLOCK, total - at)
            mixed, heeded = _added(others, plan, at, count)
            if own:
                mine = np.zeros((2, count), np.float32)
                for player in own:
                    player.add_to(mine, at)
                mixed += mine if ducker is None else mine * ducker.gains(heeded)
            yield mixed
    finally:
        for player in [*own, *(player for _track, player in others)]:
            player.close()


def _added(others: list[tuple[AudioTrack, Player]], plan: AudioPlan, at: int, count: int) -> tuple[Block, Block]:
    """The template's sound, and what of it the ducking listens to."""
    mixed = np.zeros((2, count), np.float32)
    layer = "" if plan.duck is None else plan.duck.layer
    heeded = np.zeros((2, count), np.float32) if layer else mixed
    for track, player in others:
        if layer and is_of_layer(track.layer, layer):
            player.add_to(heeded, at)
        else:
            player.add_to(mixed, at)
    if layer:
        mixed += heeded
    return mixed, heeded


def is_of_layer(path: str, name: str) -> bool:
    """Whether the layer of a path is the one that people call ``name`` (its name, or Composition/Layer), or within
    it."""
    parts, wanted = path.split("/"), name.split("/")
    return any(parts[at : at + len(wanted)] == wanted for at in range(len(parts)))


def limited(samples: Block) -> Block:
    """``samples`` with peaks above ``KNEE`` bent to stay below 1; the rest is untouched."""
    loud = np.abs(samples) > KNEE
    if loud.any():
        peaks = samples[loud]
        room = 1 - KNEE
        samples[loud] = np.sign(peaks) * (KNEE + room * np.tanh((np.abs(peaks) - KNEE) / room))
    return samples


# --- loudness ---------------------------------------------------------------------------------------------------------


def gain_for(plan: AudioPlan, wanted: float) -> float:
    """The factor by which the mix gets a loudness of ``wanted`` LUFS once its true peaks are limited."""
    found = measured(mixed_tracks(plan))
    if found is None:
        return 1.0
    gain = min(MAX_GAIN_DB, wanted - found)
    for _ in range(ROUNDS):
        left = wanted - (measured(_at_gain(plan, _factor(gain))) or wanted)
        if abs(left) <= CLOSE_LU or gain >= MAX_GAIN_DB:
            break
        gain = min(MAX_GAIN_DB, gain + left)
    return _factor(gain)


def _at_gain(plan: AudioPlan, factor: float) -> Iterator[Block]:
    louder = (block * np.float32(factor) for block in mixed_tracks(plan))
    return limited_peaks(louder, _factor(CEILING_DB))


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))
