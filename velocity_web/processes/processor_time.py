"""What a child took of the processors. Its limits are told in that, so that others' load never decides whether its work
can be done; the clock ends only what hangs.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

WAITS = 10.0
"""How many times a limit of processor time may pass by the clock."""

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def processor_ms(pid: int) -> int | None:
    """Of all threads of a process up to now; None when it is gone."""
    with suppress(OSError, ValueError, IndexError):
        # The name, which may hold spaces and brackets, ends at the last bracket.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return 1000 * (int(fields[11]) + int(fields[12])) // TICKS_A_SECOND
    return None


def too_long(processor_seconds: float) -> str:
    """Why a child was ended that took more of the processors than it may."""
    return f"it took longer than {processor_seconds:g} seconds of processor time"


def hung(processor_seconds: float) -> str:
    """Why a child was ended that did not use the processor time that it may."""
    return f"it took longer than {processor_seconds * WAITS:g} seconds"
