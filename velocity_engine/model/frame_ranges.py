"""Which moment, and which frames, of a document are meant."""

from __future__ import annotations

from velocity_engine.errors import FrameRangeError, Place, nearest
from velocity_engine.given.arguments import FrameRange, bounds, moment
from velocity_engine.model.document import Document


def frame_at(document: Document, frame: float) -> float:
    """Returns a moment, in frames of the composition.

    Args:
        document: The document.
        frame: The moment. It can lie between two frames.

    Raises:
        FrameRangeError: The composition does not have it.
        WrongTypeError: It is not a number.
    """
    at = moment(frame)
    if not document.in_point <= at < document.out_point:
        raise FrameRangeError(f"there is no frame {at:g}", place=Place(field="frame"), hint=_frames_of(document))
    return at


def frame_range(document: Document, frames: FrameRange | None) -> tuple[float, float]:
    """Checks a range of frames and returns its start and end.

    Args:
        document: The document.
        frames: As ``Template.frame_range`` takes it.

    Raises:
        FrameRangeError: The range is empty or leaves the composition, or there is no such marker.
    """
    if frames is None:
        return (document.in_point, document.out_point)
    if isinstance(frames, str):
        return _marker_range(document, frames)
    given = bounds(frames)
    start = document.in_point if given[0] is None else given[0]
    end = document.out_point if given[1] is None else given[1]
    field = Place(field="frames[0]" if not document.in_point <= start < document.out_point else "frames[1]")
    hint = _frames_of(document)
    if start >= end:
        raise FrameRangeError(f"the frame range {start:g} to {end:g} is empty", place=field, hint=hint)
    if start < document.in_point or end > document.out_point:
        raise FrameRangeError(f"the frame range {start:g} to {end:g} leaves the composition", place=field, hint=hint)
    return (start, end)


def _marker_range(document: Document, name: str) -> tuple[float, float]:
    for marker in document.markers:
        if marker.name == name:
            start = max(marker.time, document.in_point)
            end = marker.time + marker.duration if marker.duration > 0 else document.out_point
            return frame_range(document, (start, min(end, document.out_point)))
    names = [marker.name for marker in document.markers]
    near = nearest(name, names)
    hint = f"Did you mean {near!r}?" if near else f"Markers: {', '.join(names) or 'none'}"
    raise FrameRangeError(f"there is no marker {name!r}", place=Place(field="frames"), hint=hint)


def _frames_of(document: Document) -> str:
    return f"The composition has frames {document.in_point:g} to {document.out_point:g} (the end is not included)"
