"""A track along the timeline: opened when it is first heard, resampled to 48 kHz, looped, bent in time, faded."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine.sound.decoding import DecodedSound, open_sound
from velocity_engine.sound.stereo import to_sides
from velocity_engine.sound.tracks import BLOCK, RATE, AudioTrack, Block, Blocks, Gain, Times

LEVEL_STEP = 1 / 50  # seconds between the levels of a keyframed volume, and between the times of a bent one
MAX_READ = 1 << 16  # samples of a source that are decoded at once
RATIOS = (1 / 1000, 1000.0)  # of the source's rate and the output's; what plays faster or slower is not heard
MAX_BENT_SECONDS = 600  # of a source that is held in memory, since it is heard in any order


class _Samples(Protocol):
    def take(self, count: int) -> Block:
        """The next ``count`` samples, (2, count); fewer at the end."""
        ...

    def close(self) -> None: ...


class Player:
    """Plays a track block by block."""

    def __init__(self, track: AudioTrack) -> None:
        self._track = track
        self._first = round(track.start * RATE)
        self._last = math.inf if math.isinf(track.end) else round(track.end * RATE)
        self._samples: _Samples | None = None
        self._over = False

    def add_to(self, mixed: Block, at: int) -> None:
        """Adds what is heard in samples ``at`` to ``at + n`` of the output to ``mixed``, (2, n)."""
        begin, end = max(at, self._first), int(min(at + mixed.shape[1], self._last))
        if self._over or begin >= end:
            return
        if self._samples is None:
            self._samples = _opened(self._track)
        heard = self._samples.take(end - begin)
        if heard.shape[1]:
            mixed[:, begin - at : begin - at + heard.shape[1]] += self._leveled(heard, begin)
        if heard.shape[1] < end - begin or end == self._last:
            self.close()

    def _leveled(self, heard: Block, begin: int) -> Block:
        track, count = self._track, heard.shape[1]
        if track.gain is not None:
            heard = heard * _gains(track.gain, begin, count)
        if track.volume != 1.0:
            heard = heard * np.float32(track.volume)
        if track.fade_in or track.fade_out:
            heard = heard * self._faded(begin, count)
        return heard

    def _faded(self, begin: int, count: int) -> Block:
        """(1, count): straight lines from and to silence."""
        samples = np.arange(begin, begin + count, dtype=np.float64)
        factor = np.ones(count)
        if self._track.fade_in:
            factor *= np.clip((samples - self._first) / (self._track.fade_in * RATE), 0.0, 1.0)
        if self._track.fade_out and not math.isinf(self._last):
            factor *= np.clip((self._last - samples) / (self._track.fade_out * RATE), 0.0, 1.0)
        return factor.astype(np.float32)[None]

    def close(self) -> None:
        self._over = True
        if self._samples is not None:
            self._samples.close()
            self._samples = None


def _opened(track: AudioTrack) -> _Samples:
    if track.times is not None:
        return _Bent(track, track.times)
    return _Loop(track) if track.loop else _Forward(track, track.offset)


def _gains(gain: Gain, begin: int, count: int) -> Block:
    """(2, count) float32: the factors at samples ``begin`` on, straight lines between steps."""
    points = _steps(begin, count)
    values = np.array([gain(point / RATE) for point in points])
    samples = np.arange(begin, begin + count)
    return np.stack([np.interp(samples, points, values[:, side]) for side in (0, 1)]).astype(np.float32)


def _steps(begin: int, count: int) -> NDArray[np.float64]:
    return np.linspace(begin, begin + count, max(2, math.ceil(count / (RATE * LEVEL_STEP)) + 1))


KEPT_ROUND = 10 * RATE
"""Samples of a round that are kept. To open a source anew for each round of a few samples would never end."""


class _Loop:
    """The samples of a track that repeats a part of its source, from its offset on."""

    def __init__(self, track: AudioTrack) -> None:
        assert track.loop is not None
        self._track = track
        self._first, last = track.loop
        self._sound = _Forward(track, track.offset)
        self._round: float = max(1.0, _samples(last - self._first, track.speed))
        self._left: float = max(0.0, _samples(last - track.offset, track.speed))
        self._is_whole = math.isinf(last)  # a round ends with the source
        self._kept: Block | None = None  # a whole round, where it is short
        self._at = 0

    def take(self, count: int) -> Block:
        """The next ``count`` samples, (2, count); what the source lacks of a round is silence."""
        out = np.zeros((2, count), np.float32)
        done = 0
        while done < count:
            if self._kept is not None:
                self._repeat(self._kept, out[:, done:])
                break
            if self._left == 0:
                self._begin_round()
                continue
            wanted = int(min(count - done, self._left))
            taken = self._sound.take(wanted)
            got = taken.shape[1]
            out[:, done : done + got] = taken
            if self._is_whole and got < wanted:
                done, self._left = done + got, 0
            else:
                done, self._left = done + wanted, self._left - wanted
        return out

    def _begin_round(self) -> None:
        self._sound.close()
        self._sound, self._left = _Forward(self._track, self._first), self._round
        begun = self._sound.peek(int(min(self._round, KEPT_ROUND)))
        if self._is_whole:
            self._kept = begun if begun.shape[1] < KEPT_ROUND else None
        elif self._round <= KEPT_ROUND:
            self._kept = np.pad(begun, ((0, 0), (0, int(self._round) - begun.shape[1])))

    def _repeat(self, kept: Block, out: Block) -> None:
        length, count = kept.shape[1], out.shape[1]
        if length:  # else there is nothing to repeat
            out[:] = kept[:, (self._at + np.arange(count)) % length]
            self._at = (self._at + count) % length

    def close(self) -> None:
        self._sound.close()


def _samples(seconds: float, speed: float) -> float:
    return math.inf if math.isinf(seconds) else round(seconds * RATE / speed)


class _Forward:
    """The samples of a track's source from a second of it on, resampled to ``RATE`` stereo."""

    def __init__(self, track: AudioTrack, offset: float) -> None:
        self._blocks: Generator[Block, None, None]
        self._sound: DecodedSound | None = None
        if callable(track.source):
            delay, self._blocks = 0.0, _at_speed(track.source, track.speed)
        else:
            self._sound = open_sound(track.source, track.name)
            delay, self._blocks = self._sound.delay, _resampled(self._sound, track.speed)
        skipped = round((offset - delay) * RATE / track.speed)
        self._blocks = _after(max(0, -skipped), self._blocks)
        self._rest: Block = np.zeros((2, 0), np.float32)
        while skipped > 0 and (taken := self.take(min(skipped, BLOCK)).shape[1]):
            skipped -= taken

    def take(self, count: int) -> Block:
        """The next ``count`` samples, (2, count); fewer at the end."""
        parts = [self._rest]
        held = self._rest.shape[1]
        while held < count and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            held += block.shape[1]
        joined = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
        self._rest = joined[:, count:]
        return joined[:, :count]

    def peek(self, count: int) -> Block:
        """The next ``count`` samples, which are still to come then."""
        begun = self.take(count)
        self._rest = np.concatenate([begun, self._rest], axis=1)
        return begun

    def close(self) -> None:
        self._blocks.close()
        if self._sound is not None:
            self._sound.close()


class _Bent:
    """A source that is heard at any of its seconds: faster, slower, backwards, over and over, or standing still."""

    def __init__(self, track: AudioTrack, times: Times) -> None:
        self._times = times
        self._at = round(track.start * RATE)
        plain = AudioTrack(source=track.source, name=track.name)
        whole = _Forward(plain, 0.0)
        self._held = whole.take(MAX_BENT_SECONDS * RATE)
        whole.close()

    def take(self, count: int) -> Block:
        points = _steps(self._at, count)
        samples = np.arange(self._at, self._at + count)
        places = np.interp(samples, points, self._times(points / RATE) * RATE)
        self._at += count
        last = self._held.shape[1] - 1
        if last < 0:
            return np.zeros((2, 0), np.float32)
        inside = (places >= 0) & (places <= last)
        moving = np.abs(np.gradient(places)) > 1e-6 if count > 1 else np.ones(count, bool)
        before = np.clip(np.floor(places).astype(np.int64), 0, last)
        after, part = np.minimum(before + 1, last), (places - before).astype(np.float32)
        heard = self._held[:, before] * (1 - part) + self._held[:, after] * part
        found: Block = np.where(inside & moving, heard, np.float32(0.0)).astype(np.float32)
        return found

    def close(self) -> None:
        self._held = np.zeros((2, 0), np.float32)


# --- blocks -----------------------------------------------------------------------------------------------------------


def _after(silence: int, blocks: Generator[Block, None, None]) -> Generator[Block, None, None]:
    """So many samples of silence, then the sound."""
    try:
        for at in range(0, silence, BLOCK):
            yield np.zeros((2, min(BLOCK, silence - at)), np.float32)
        yield from blocks
    finally:
        blocks.close()


def _resampled(sound: DecodedSound, speed: float) -> Generator[Block, None, None]:
    """(2, n) at ``RATE``, of a source that plays ``speed`` times as fast."""
    rate = sound.rate * speed
    if not RATIOS[0] <= rate / RATE <= RATIOS[1]:
        return
    count = max(1, min(MAX_READ, round(rate)))
    yield from _at_rate((to_sides(block) for block in sound.blocks(count)), rate, min(2, sound.channels))


def _at_speed(blocks: Blocks, speed: float) -> Generator[Block, None, None]:
    if RATIOS[0] <= speed <= RATIOS[1]:
        yield from _at_rate(blocks(), RATE * speed, 2)


def _at_rate(
    blocks: Generator[NDArray[np.float32], None, None], rate: float, channels: int
) -> Generator[Block, None, None]:
    """Blocks of (1, n) or (2, n) at ``rate`` as (2, n) at ``RATE``."""
    if rate == RATE:
        yield from map(_both, blocks)
        return
    import soxr

    resampler = soxr.ResampleStream(rate, RATE, channels, dtype="float32", quality="HQ")
    for block in blocks:
        yield _both(resampler.resample_chunk(np.ascontiguousarray(block.T)).reshape(-1, channels).T)
    rest = resampler.resample_chunk(np.zeros((0, channels), np.float32), last=True)
    yield _both(rest.reshape(-1, channels).T)


def _both(block: NDArray[np.float32]) -> Block:
    return np.repeat(block, 2, axis=0) if len(block) == 1 else block
