"""Captions that callers give: as a value, or as a file that others made."""

from __future__ import annotations

from typing import Any

from velocity_engine.captions.captions import Captions
from velocity_engine.captions.reading import MAX_BYTES, text_of
from velocity_engine.errors import Place, StorageError
from velocity_engine.files.regular import open_regular
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
        path = local_path(given.path(source, "captions", CAPTIONS))
        try:
            with open_regular(path) as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise StorageError(
                f"the captions cannot be read: {error.strerror}", place=Place(field="captions")
            ) from None
    return Captions.of_text(text_of(data), **how)


def checked_captions(given: object) -> Captions | None:
    """Returns what a caller gave as captions.

    Args:
        given: Captions, a caption file, or None.
    """
    if given is None or isinstance(given, Captions):
        return given
    return read_captions(given)  # type: ignore[arg-type]  # what is none of these is told there
