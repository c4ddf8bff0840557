"""The symbol itself: its modules (ISO/IEC 18004, by segno), and their outline as one path."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from velocity_engine.errors import CustomizationError, Place
from velocity_engine.model.geometry import Path, join_paths, rectangle_path

QUIET_ZONE = 4  # modules of clear ground on each side, as the standard asks


def encode(text: str, error: str, place: Place) -> NDArray[np.bool_]:
    """The modules of the smallest symbol that holds ``text``: (n, n), True where dark."""
    import segno

    try:
        symbol = segno.make_qr(text, error=error, boost_error=False)
    except segno.DataOverflowError as overflow:
        raise CustomizationError(
            f"the text of {len(text.encode())} bytes does not fit a QR code",
            place=place,
            hint="Shorten it, or use error l",
        ) from overflow
    return np.array([list(row) for row in symbol.matrix], np.bool_)


def dark_path(modules: NDArray[np.bool_], left: float, top: float, module: float) -> Path:
    """All dark modules, ``module`` wide, as rectangles of one path: its coverage is summed as a whole, so that no seam
    shows where two of them meet."""
    return join_paths(
        [
            rectangle_path(left + x0 * module, top + y0 * module, left + x1 * module, top + y1 * module)
            for x0, y0, x1, y1 in dark_rectangles(modules)
        ]
    )


def dark_rectangles(modules: NDArray[np.bool_]) -> Sequence[tuple[int, int, int, int]]:
    """The dark modules as rectangles (x0, y0, x1, y1) that do not overlap: runs of a row, grown downwards."""
    free = modules.copy()
    found = []
    for y, x in zip(*np.nonzero(modules), strict=True):
        if not free[y, x]:
            continue
        right = x + 1
        while right < len(free) and free[y, right]:
            right += 1
        bottom = y + 1
        while bottom < len(free) and free[bottom, x:right].all():
            bottom += 1
        free[y:bottom, x:right] = False
        found.append((int(x), int(y), int(right), int(bottom)))
    return found
