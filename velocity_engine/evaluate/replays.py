"""Layers that play anew for each cue of the captions: which of their cues is shown, and at which moment of theirs."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from velocity_engine.evaluate.evaluation_pass import Pass
from velocity_engine.model.layers import Replay, ReplayedCue
from velocity_engine.plan.layers import PlannedLayer


def replayed_at(planned: PlannedLayer, at: Pass) -> tuple[PlannedLayer, Pass] | None:
    """Returns the layer of the cue that a replayed layer shows, and the walk at the moment of the layer's own that it
    shows then: for its parents, its matte and the layers that its effects read, too. None between cues.

    Args:
        planned: A layer that has ``replayed`` ones.
        at: The walk through its composition.
    """
    replay = planned.layer.replay
    assert replay is not None and planned.replayed is not None
    frame = captioned_frame(replay.rate, at)
    number = bisect_right(replay.cues, frame + 1e-9, key=lambda cue: cue.start) - 1
    if number < 0 or frame >= replay.cues[number].end - 1e-9:
        return None
    moment = moment_of(replay, replay.cues[number], frame)
    return planned.replayed.at(number), replace(at, frame=moment, mattes={})


def captioned_frame(rate: float, at: Pass) -> float:
    """Returns the frame of the composition at which captions are: that of the walk, or what the time of a longer or
    shorter video is in frames of the composition.

    Args:
        rate: How many frames of the composition are shown in a second.
        at: The walk through the composition.
    """
    if at.ahead is None or not at.ahead.seconds:
        return at.frame
    return round(at.frame + at.ahead.seconds * rate, 9)  # the same to the bit wherever in the template it stands


def moment_of(replay: Replay, cue: ReplayedCue, frame: float) -> float:
    """Returns the moment that a layer shows, in frames of its composition.

    It comes at the start of the cue, is held, and goes at the end of it. Where the cue is too short for both, it is cut
    in place of going, and comes as fast as it must to have come by the middle of the cue.

    Args:
        replay: How the layer plays.
        cue: The cue that it shows.
        frame: The frame of its composition.
    """
    since, left, lasts = max(frame - cue.start, 0.0), cue.end - frame, cue.end - cue.start
    coming, going = replay.settles - replay.begins, replay.ends - replay.leaves
    is_short = lasts < coming + going
    quickened = max(1.0, coming / (lasts / 2)) if is_short else 1.0
    if since * quickened < coming:
        return replay.begins + since * quickened
    if left <= going and not is_short:
        return min(replay.ends - left, replay.ends - 1e-6)
    return replay.settles
