"""Decoded pictures that are kept from one plan of a template to the next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from velocity_engine.display import Digest, Picture, digest_of

Frames = Sequence[tuple[float, Picture]]

LIMIT = 64 << 20  # bytes


class DecodedPictures:
    """Pictures by the content of their files, at most ``limit`` bytes of pixels, those not used for longest let go
    first. Renders of one template with other texts, and its check before a render, then decode nothing twice. May be
    used by several threads.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._held = 0
        self._known: OrderedDict[Digest, Frames] = OrderedDict()
        self._lock = threading.Lock()

    def decode(self, data: bytes, name: str) -> Frames:
        """As ``pictures.decode_picture``."""
        from velocity_engine.media.pictures import decode_picture

        key = digest_of(data)
        with self._lock:
            found = self._known.get(key)
            if found is not None:
                self._known.move_to_end(key)
                return found
        frames = decode_picture(data, name)
        with self._lock:
            if key not in self._known and size_of(frames) <= self._limit:
                self._known[key] = frames
                self._held += size_of(frames)
                while self._held > self._limit:
                    self._held -= size_of(self._known.popitem(last=False)[1])
        return frames


def size_of(frames: Frames) -> int:
    return sum(picture.pixels.nbytes for _, picture in frames)
