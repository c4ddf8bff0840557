"""The sound of a template on a timeline that is longer or shorter than the template.

Where frames are kept, its samples are kept. In a loop it is heard over and over with the frames. Where a frame is held
it is silent: it goes on for ten milliseconds while it fades, and comes up as long before it goes on. What is stretched
keeps its pitch.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np

from velocity_engine.errors import Finding, Place
from velocity_engine.evaluate.layer_tracks import Clock, Window, clip_track, composition_tracks, gain_of
from velocity_engine.model.layers import VideoContent
from velocity_engine.plan.plan import Plan
from velocity_engine.plan.timeline import Piece, PlaysOn, Timeline
from velocity_engine.sound.mixing import mixed_tracks
from velocity_engine.sound.tempo import at_tempo
from velocity_engine.sound.tracks import BLOCK, RATE, AudioPlan, AudioTrack, Block

FADE_SECONDS = 0.01
MAX_PART_SECONDS = 600  # of what is held in memory, since it is heard over and over, or stretched

Report = Callable[[Finding], None]


def tracks_along(plan: Plan, timeline: Timeline, heard: Window) -> list[AudioTrack]:
    """Returns what is heard of a template while a video shows some seconds of a timeline.

    Args:
        plan: The plan of the template.
        timeline: The timeline.
        heard: Which seconds of it the video shows.
    """
    rate = plan.document.frame_rate
    whole = Window(0.0, timeline.template_frames * timeline.step / rate)
    clock = Clock(-timeline.start / rate, 1.0)
    playing = timeline.plays_on
    tracks = composition_tracks(plan, plan.main, clock, whole, 0, None if playing is None else playing.layer)
    found = retimed(tracks, timeline, heard, plan.report)
    return found if playing is None else [*found, *_playing_tracks(plan, timeline, playing, heard)]


def _playing_tracks(plan: Plan, timeline: Timeline, playing: PlaysOn, heard: Window) -> Sequence[AudioTrack]:
    """The sound of the clip that plays at its own pace. Its volume is that of the moment which is shown."""
    rate = plan.document.frame_rate
    entries = (entry for one in (plan.main, *plan.compositions.values()) for entry in one.layers)
    entry = next((entry for entry in entries if entry.layer is playing.layer), None)
    if entry is None or not isinstance(entry.layer.content, VideoContent):
        return ()
    step = timeline.step / rate
    begins = (playing.offset - timeline.start) / rate + (playing.first - playing.source) * step
    clock = Clock(begins - heard.start, playing.scale)
    own = clock.of_layer(entry.layer.start_time / rate, entry.layer.stretch or 1.0)
    shown = heard.within(playing.first * step, playing.last * step)
    window = Window(shown.start - heard.start, shown.end - heard.start)
    if window.start >= window.end:
        return ()

    def inner(second: float) -> float:
        moment = timeline.moment_at(timeline.start + (second + heard.start) * rate)
        return (moment - playing.offset) / playing.scale / rate

    track = clip_track(plan, entry, entry.layer.content, clock, own, window)
    level = entry.layer.content.level
    if track is None or level is None:
        return () if track is None else (track,)
    return (replace(track, gain=gain_of(plan, entry, level, inner)),)


def retimed(tracks: Sequence[AudioTrack], timeline: Timeline, heard: Window, report: Report) -> list[AudioTrack]:
    """Returns the tracks as they are heard along a timeline.

    Args:
        tracks: What is heard in the video as long as the template.
        timeline: The timeline.
        heard: Which seconds of it the video shows.
        report: Is told what is not heard.
    """
    whole = Fraction(timeline.template_frames * timeline.step / timeline.frame_rate).limit_denominator(10**6)
    found: list[AudioTrack] = []
    for track in tracks:
        line = _Line(track, AudioPlan(tracks=(track,), seconds=whole), timeline, report)
        for piece in timeline.pieces:
            for one in line.placed(piece):
                found += _within(one, heard)
    return found


def _within(track: AudioTrack, heard: Window) -> Iterator[AudioTrack]:
    """The track as a video hears it that shows only a part of the timeline."""
    start, end = max(track.start, heard.start), min(track.end, heard.end)
    late = start - track.start
    if start >= end or (late > 0 and (track.fade_in or track.fade_out)):
        return
    yield AudioTrack(
        source=track.source,
        name=track.name,
        layer=track.layer,
        start=start - heard.start,
        end=end - heard.start,
        offset=track.offset + late if track.loop is None else late % track.loop[1],
        loop=track.loop,
        fade_in=track.fade_in,
        fade_out=track.fade_out if end == track.end else 0.0,
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """One track, alone, along the timeline."""

    track: AudioTrack
    alone: AudioPlan
    timeline: Timeline
    report: Report

    def placed(self, piece: Piece) -> Iterator[AudioTrack]:
        """What is heard of it while a piece is shown."""
        begin, end = self._seconds(piece.first), self._seconds(piece.last)
        first = self._seconds(piece.source)
        last = self._seconds(piece.source + float(piece.frames * piece.pace))
        if piece.pace == 0:
            yield from self._around_hold(begin, end, self._seconds(piece.source + 1))
        elif self.track.start >= last or self.track.end <= first:
            return
        elif piece.rounds == 1 and piece.pace == 1:
            yield replace(self._whole, start=begin, end=end, offset=first)
        elif last - first > MAX_PART_SECONDS:
            what = (
                f"sound that is repeated or stretched is held in memory, and this is longer than {MAX_PART_SECONDS} s"
            )
            self.report(Finding("audio.length", what, Place(layer=self.track.layer), "the layer is silent there"))
        elif piece.pace == 1:
            yield replace(
                self._whole, source=_Part(self.alone, first, last), start=begin, end=end, loop=(0.0, last - first)
            )
        else:
            stretched = _Part(self.alone, first, last, round((end - begin) * RATE))
            yield replace(self._whole, source=stretched, start=begin, end=end)

    def _around_hold(self, begin: float, end: float, at: float) -> Iterator[AudioTrack]:
        """What fades as a frame begins to be held, and comes up before the sound goes on at second ``at`` of it."""
        if end - begin < 2 * FADE_SECONDS or not self.track.start < at < self.track.end:
            return
        yield replace(self._whole, start=begin, end=begin + FADE_SECONDS, offset=at, fade_out=FADE_SECONDS)
        if at > FADE_SECONDS:
            begin = end - FADE_SECONDS
            yield replace(self._whole, start=begin, end=end, offset=at - FADE_SECONDS, fade_in=FADE_SECONDS)

    @property
    def _whole(self) -> AudioTrack:
        """It, mixed alone."""
        return AudioTrack(source=partial(mixed_tracks, self.alone), name=self.track.name, layer=self.track.layer)

    def _seconds(self, number: float) -> float:
        return number * self.timeline.step / self.timeline.frame_rate


class _Part:
    """A part of a sound, mixed when it is first heard, and kept: as it is, or as long as ``count`` samples."""

    def __init__(self, plan: AudioPlan, first: float, last: float, count: int | None = None) -> None:
        self._plan, self._ends, self._count = plan, (round(first * RATE), round(last * RATE)), count
        self._held: Block | None = None

    def __call__(self) -> Generator[Block, None, None]:
        if self._held is None:
            mixed = self._mixed()
            self._held = mixed if self._count is None else at_tempo(mixed, self._count)
        for at in range(0, self._held.shape[1], BLOCK):
            yield self._held[:, at : at + BLOCK]

    def _mixed(self) -> Block:
        first, last = self._ends
        parts, at = [np.zeros((2, 0), np.float32)], 0
        blocks = mixed_tracks(self._plan)
        try:
            for block in blocks:
                if at + block.shape[1] > first:
                    parts.append(block[:, max(0, first - at) : last - at])
                at += block.shape[1]
                if at >= last:
                    break
        finally:
            blocks.close()
        return np.concatenate(parts, axis=1)
