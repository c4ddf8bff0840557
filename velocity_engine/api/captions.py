"""Captions that callers give: as a value, or as a file that others made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from velocity_engine.captions.captions import Captions
from velocity_engine.captions.cues import Cue, in_turn
from velocity_engine.captions.reading import MAX_BYTES, UTF16_MARKS, cues_of, format_of, text_of
from velocity_engine.errors import Place, StorageError
from velocity_engine.files.regular import open_regular
from velocity_engine.given.arguments import named_file
from velocity_engine.given.files import CAPTIONS, GivenFiles, Source
from velocity_engine.storage.fetched import local_path


def read_captions(source: Source, **how: Any) -> Captions:
    """Reads a caption file.

    Args:
        source: An SRT, WebVTT, ASS or SSA file, or words with times as JSON (``[{"text": "Hello", "start": 0.5, "end":
            0.9}]``, or what speech recognition writes): a path, a URL, bytes, or an open file. The times of words are
            taken from the time stamps of WebVTT and the karaoke tags of ASS. Looks come from the captions' style, not
            from the file.
        how: How they are shown: the other arguments of ``Captions``.

    Returns:
        The captions.

    Raises:
        CaptionsError: It is no caption file, or a cue of it is wrong: the error names the line.
        StorageError: It cannot be read.
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> captions = ve.read_captions("promo.srt", style="karaoke", highlight="#ffd84d")
        >>> ve.render(template, "promo.mp4", captions=captions)
    """
    with GivenFiles() as given:
        data = _read(local_path(given.path(source, "captions", CAPTIONS)))
    return Captions.of_text(text_of(data), **how)


def _read(path: str) -> bytes:
    """What is in a file, and no more than tells that it is too large."""
    try:
        with open_regular(path) as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        place = Place(field="captions")
        raise StorageError(f"the captions cannot be read: {error.strerror}", place=place) from None


@dataclass(frozen=True, slots=True)
class CaptionsInfo:
    """What is in a caption file.

    Attributes:
        format: "srt", "vtt" or "ass" (SSA counts as that).
        cues: What is shown, and when.
    """

    format: str
    cues: tuple[Cue, ...]

    @property
    def seconds(self) -> float:
        """The second at which the last cue is gone."""
        return max(cue.end for cue in self.cues)


def probe_captions(path: str | os.PathLike[str]) -> CaptionsInfo | None:
    """Returns what is in a caption file of a player: SRT, WebVTT, ASS or SSA.

    Args:
        path: The file.

    Returns:
        What is in it; None where it does not look like such a file.

    Raises:
        CaptionsError: It looks like one, and a cue of it is wrong: the error names the line.
        StorageError: It cannot be read.

    Example:
        >>> found = ve.probe_captions("promo.srt")
        >>> print(found.format, len(found.cues), found.seconds)
    """
    named_file("path", path)
    data = _read(os.fspath(path))
    text = data[:MAX_BYTES].decode("utf-16" if data[:2] in UTF16_MARKS else "utf-8", "replace")
    found = None if "\0" in text else format_of(text)
    return None if found is None else CaptionsInfo(found, tuple(in_turn(cues_of(text_of(data)))))


def checked_captions(given: object) -> Captions | None:
    """Returns what a caller gave as captions.

    Args:
        given: Captions, a caption file, or None.
    """
    if given is None or isinstance(given, Captions):
        return given
    return read_captions(given)  # type: ignore[arg-type]  # what is none of these is told there
