"""Media files that name other files or places of the network, and files of every format that FFmpeg can write."""

from __future__ import annotations

import ctypes
import io
import os
import struct
import threading
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.format import ContainerFormat

IN_OPEN = 0x20
ENDINGS = (".mp4", ".mov", ".m4v", ".mp3", ".wav", ".aac", ".m4a", ".m3u8", ".txt", "")
# What FFmpeg writes into several files, to devices or to the network rather than into one file.
_ELSEWHERE = """alsa caca dash fbdev fifo fifo_test hds hls image2 opengl oss rtp rtsp sap segment smoothstreaming
    ssegment stream_segment tee video4linux2,v4l2 webm_chunk webm_dash_manifest whip xv"""
NO_FILES = tuple(_ELSEWHERE.split())
SDP = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=x
c=IN IP4 127.0.0.1
t=0 0
m=video 5004 RTP/AVP 96
a=rtpmap:96 H264/90000
"""


def naming(target: str) -> dict[str, bytes]:
    """Texts that make one or the other of FFmpeg's demuxers open ``target``, a file or a URL, and what else takes a
    demuxer beyond the file."""
    return {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n".encode(),
        "hls with a key": f'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF:1,\n{target}\n'.encode(),
        "hls of variants": f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n".encode(),
        "ffconcat": f"ffconcat version 1.0\nfile '{target}'\n".encode(),
        "concat": f"file '{target}'\n".encode(),
        "sdp": SDP.encode(),
        "rtsp": f"RTSP/1.0 302 Moved\nLocation: {target}\n".encode(),
        "dash": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet '
        f'mimeType="video/mp4"><Representation id="1"><BaseURL>{target}</BaseURL></Representation></AdaptationSet>'
        "</Period></MPD>".encode(),
        "webvtt": b"WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n",
        "subrip": b"1\n00:00:00,000 --> 00:00:01,000\nHello\n",
        "ass": b"[Script Info]\nScriptType: v4.00+\n[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,,,0,0,0,,Hello\n",
        "tedcaptions": b'{"captions":[{"duration":1,"content":"Hello","startOfParagraph":true,"startTime":0}]}',
        "ffmetadata": b";FFMETADATA1\ntitle=Hello\n",
        "vobsub": b"# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 0\n",
        "sami": b"<SAMI><BODY><SYNC Start=0><P>Hello</P></SYNC></BODY></SAMI>",
        "lavfi": b"movie=" + target.encode(),
        "xml": f'<!DOCTYPE a [<!ENTITY x SYSTEM "{target}">]><a>&x;</a>'.encode(),
        "svg": f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{target}"/></svg>'.encode(),
        "pls": f"[playlist]\nFile1={target}\nNumberOfEntries=1\n".encode(),
        "asx": f'<asx version="3.0"><entry><ref href="{target}"/></entry></asx>'.encode(),
        "m3u in a tag": b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + f"#EXTM3U\n#EXTINF:1,\n{target}\n".encode(),
    }  # fmt: skip


def spellings(target: Path, beside: Path) -> list[str]:
    """A file as strangers may name it, from a file in the folder ``beside``."""
    path = str(target)
    prefixes = ("", "file:", "file://", "concat:", "subfile,,start,0,end,0,,:", "crypto:", "cache:", "async:")
    network = ("http://127.0.0.1:9/x.mp4", "udp://127.0.0.1:5006", "tcp://127.0.0.1:9")
    return [*(prefix + path for prefix in prefixes), os.path.relpath(path, beside), *network]


def with_data_elsewhere(clip: bytes, target: str) -> bytes:
    """An MP4 whose data reference is an alias to another file, as QuickTime has them."""
    name = target.replace("/", ":").encode()
    alias = bytes(10) + b"\x01v" + bytes(26) + bytes(12) + b"\x01f" + bytes(62) + bytes(16)
    alias += struct.pack(">HH", 0, 0) + bytes(16) + struct.pack(">HH", 2, len(name)) + name + bytes(len(name) % 2)
    alias += struct.pack(">hH", -1, 0)
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    at = clip.index(b"url \0\0\0\x01") - 4
    grown = len(entry) - 12
    made = bytearray(clip[:at] + entry + clip[at + 12 :])
    for kind in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        start = made.rindex(kind, 0, at) - 4
        struct.pack_into(">I", made, start, int.from_bytes(made[start : start + 4], "big") + grown)
    return bytes(made)


# --- what FFmpeg can write --------------------------------------------------------------------------------------------


def written(name: str) -> bytes | None:
    """A small file of a format, with the codec that FFmpeg prefers for it; None where it writes none."""
    sink = io.BytesIO()
    try:
        with av.open(sink, "w", format=name) as container:
            kinds = (container.default_video_codec, container.default_audio_codec)
            if kinds[0] not in ("none", "", "png"):  # PNG: the cover of a sound
                _write_video(container)
            elif kinds[1] not in ("none", ""):
                _write_sound(container)
            else:
                return None
    except (av.error.FFmpegError, ValueError, OSError, AttributeError, TypeError, NotImplementedError):
        return sink.getvalue() or None
    return sink.getvalue() or None


def _write_video(container: Any) -> None:
    stream = container.add_stream(container.default_video_codec, rate=25)
    stream.width, stream.height = 176, 144
    for index in range(3):
        frame = av.VideoFrame.from_ndarray(np.full((144, 176, 3), 60 * index, np.uint8), format="rgb24")
        frame = frame.reformat(format=stream.pix_fmt or "yuv420p")
        frame.pts, frame.time_base = index, Fraction(1, 25)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _write_sound(container: Any) -> None:
    rate = 8000 if container.default_audio_codec.startswith(("amr", "g7", "gsm", "ilbc", "adpcm_g")) else 48_000
    layout = "mono" if rate == 8000 else "stereo"
    stream = container.add_stream(container.default_audio_codec, rate=rate, layout=layout)
    samples = np.zeros((1 if layout == "mono" else 2, rate // 2), np.float32)
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
    frame.sample_rate, frame.pts = rate, 0
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def demuxers() -> list[str]:
    return sorted(name for name in av.formats_available if ContainerFormat(name).is_input)


def muxers() -> list[str]:
    return sorted(name for name in av.formats_available if ContainerFormat(name).is_output and name not in NO_FILES)


# --- what is touched --------------------------------------------------------------------------------------------------


class Watched:
    """Tells which files of a folder anybody opens (inotify), while it is entered."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._handle = -1

    def __enter__(self) -> Watched:
        self._handle = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._handle >= 0
        assert self._libc.inotify_add_watch(self._handle, os.fsencode(self._folder), IN_OPEN) >= 0
        return self

    def opened(self) -> set[str]:
        """The names of the files that were opened since the last question."""
        names: set[str] = set()
        try:
            events = os.read(self._handle, 1 << 16)
        except BlockingIOError:
            return names
        at = 0
        while at < len(events):
            length = struct.unpack_from("I", events, at + 12)[0]
            names.add(events[at + 16 : at + 16 + length].rstrip(b"\0").decode())
            at += 16 + length
        return names

    def __exit__(self, *error: object) -> None:
        os.close(self._handle)


class Sockets:
    """Counts the sockets that this process opens while it is entered, looking every millisecond."""

    def __enter__(self) -> Sockets:
        self.seen: set[str] = set()
        self._before = _sockets()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def _look(self) -> None:
        while not self._over.is_set():
            self.seen |= _sockets() - self._before
            time.sleep(0.001)

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()
        self.seen |= _sockets() - self._before


def _sockets() -> set[str]:
    found = set()
    for entry in os.listdir("/proc/self/fd"):
        try:
            link = os.readlink(f"/proc/self/fd/{entry}")
        except OSError:
            continue
        if link.startswith("socket:"):
            found.add(link)
    return found
