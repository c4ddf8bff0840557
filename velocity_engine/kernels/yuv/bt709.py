"""From RGB to YUV of ITU-R BT.709-6, item 3, limited range: 219/255 (luma) and 224/255 (chroma) times its matrix, in
units of 2**-16."""

from __future__ import annotations

import numpy as np

YR, YG, YB = np.int32(11966), np.int32(40254), np.int32(4064)
UR, UG, UB = np.int32(-6596), np.int32(-22189), np.int32(28785)
VR, VG, VB = np.int32(28785), np.int32(-26145), np.int32(-2640)
