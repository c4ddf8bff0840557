"""The cheap look at templates and sounds before they are accepted; the engine's analysis looks closely later."""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

LISTED_BYTES = 8 << 20
TAIL = 65_557
END_RECORD = b"PK\x05\x06"


def zip_fault(path: Path) -> str | None:
    """Why the file cannot be a template, or None. Reads its ends, and its directory where that is of ordinary size."""
    with path.open("rb") as file:
        magic = file.read(4)
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL))
        tail = file.read()
    if magic[:2] != b"PK":
        return "the file is not a ZIP"
    end = tail.rfind(END_RECORD)
    if end < 0 or len(tail) - end < 22:
        return "Invalid or corrupt ZIP file: it has no end record, so it was cut off"
    if int.from_bytes(tail[end + 12 : end + 16], "little") > LISTED_BYTES:
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        return "Invalid or corrupt ZIP file: its directory cannot be read"
    if not any(name.lower().endswith(".json") for name in names):
        return "Missing required JSON configuration file: the ZIP has no .json file"
    return None


def sound_format(path: Path) -> str | None:
    """mp3, wav or aac by the file's first bytes (ADTS and M4A are both aac); None for anything else."""
    with path.open("rb") as file:
        head = file.read(12)
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:3] == b"ID3":
        return "mp3"
    if head[4:8] == b"ftyp" or head[:4] == b"ADIF":
        return "aac"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0x06 == 0 else "mp3"
    return None
