"""Cues to caption files that players read beside a video: WebVTT and SubRip."""

from __future__ import annotations

from collections.abc import Sequence

from velocity_engine.captions.cues import Cue

SIDECARS = {".vtt": "WebVTT", ".srt": "SubRip"}


def sidecar_text(cues: Sequence[Cue], ending: str) -> str:
    """Returns the text of a sidecar file.

    Args:
        cues: What it holds, with times of the video.
        ending: How its name ends: one of ``SIDECARS``.
    """
    return {".vtt": _vtt, ".srt": _srt}[ending](cues)


def _vtt(cues: Sequence[Cue]) -> str:
    blocks = [f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n{_spoken(cue)}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def _spoken(cue: Cue) -> str:
    """The text; where its words have times of their own, with these before the words."""
    words = cue.words
    if "".join(cue.text.split(" ")) != "".join(word.text for word in words) or "\n" in cue.text:
        return _escaped(cue.text)
    parts, at = [], 0
    for word in words:
        begin = cue.text.index(word.text[0], at)
        between, at = cue.text[at:begin], begin + len(word.text)
        stamp = f"<{_time(word.start, '.')}>" if cue.start < word.start < cue.end else ""
        parts.append(f"{between}{stamp}{_escaped(cue.text[begin:at])}")
    return "".join(parts)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _srt(cues: Sequence[Cue]) -> str:
    """An arrow in a text would pass for times."""
    blocks = [
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n{cue.text.replace('-->', '->')}\n"
        for number, cue in enumerate(cues, 1)
    ]
    return "\n".join(blocks)


def _time(seconds: float, point: str) -> str:
    thousandths = round(seconds * 1000)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}{point}{rest % 1000:03d}"
