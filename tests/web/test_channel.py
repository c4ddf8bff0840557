"""A request as it arrives, by the parser alone: what becomes of a body that the disk does not take."""

from __future__ import annotations

from pathlib import Path

import pytest
from waitress.buffers import TempfileBasedBuffer

from velocity_web.server.channel import GuardedParser, ProblemError
from velocity_web.server.connections import adjustments
from velocity_web.settings import Settings

FULL = Path("/dev/full")
HEAD = b"POST /template/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"


class FullDisk(TempfileBasedBuffer):  # type: ignore[misc]  # waitress has no types
    """A body's file on a disk without any room."""

    def newfile(self) -> object:
        return FULL.open("w+b")


@pytest.mark.skipif(not FULL.exists(), reason="needs the device that is always full")
@pytest.mark.parametrize("piece", [1000, 5000, 65536])
def test_a_body_that_the_disk_does_not_take_is_refused(tmp_path: Path, piece: int) -> None:
    """However much of it still waits to be written: closing the file fails as well as writing to it."""
    parser = GuardedParser(adjustments(Settings(data=tmp_path)))
    parser.received(HEAD)
    parser.body_rcv.buf = FullDisk()
    parser.received(b"x" * piece)
    assert parser.completed
    assert isinstance(parser.error, ProblemError)
    assert parser.error.code == 507
    assert "no space is left" in parser.error.refusal.detail
    parser.close()
