"""Any number of channels as two: as ITU-R BS.775 has it, the centre and the surrounds 3 dB lower on both sides.

Channels come in the order of WAV (Microsoft's ``WAVEFORMATEXTENSIBLE``), which FFmpeg has as well.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.sound.tracks import Block

HALF = math.sqrt(0.5)
LEFT, RIGHT, CENTRE, NONE = (1.0, 0.0), (0.0, 1.0), (HALF, HALF), (0.0, 0.0)
SURROUND_LEFT, SURROUND_RIGHT, BACK = (HALF, 0.0), (0.0, HALF), (0.5, 0.5)
LAYOUTS = {
    2: (LEFT, RIGHT),
    3: (LEFT, RIGHT, CENTRE),
    4: (LEFT, RIGHT, SURROUND_LEFT, SURROUND_RIGHT),
    5: (LEFT, RIGHT, CENTRE, SURROUND_LEFT, SURROUND_RIGHT),
    6: (LEFT, RIGHT, CENTRE, NONE, SURROUND_LEFT, SURROUND_RIGHT),
    7: (LEFT, RIGHT, CENTRE, NONE, BACK, SURROUND_LEFT, SURROUND_RIGHT),
    8: (LEFT, RIGHT, CENTRE, NONE, SURROUND_LEFT, SURROUND_RIGHT, SURROUND_LEFT, SURROUND_RIGHT),
}
"""By the number of channels, what each adds to left and right. The low frequency effects are left out."""


def to_sides(block: NDArray[np.float32]) -> Block:
    """(channels, n) float32 as (1, n) where there is one channel, which is heard as loud from both sides, else (2, n).

    What is no number is silence.
    """
    if not np.isfinite(block).all():
        block = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
    count = len(block)
    if count <= 2:
        return block
    if count in LAYOUTS:
        return np.array(LAYOUTS[count], np.float32).T @ block
    return np.stack([block[side::2].mean(axis=0) for side in (0, 1)])
