"""Files that tests put on a web server of their own."""

from __future__ import annotations

from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
DEMO = (EXAMPLES / "demo.zip").read_bytes()
PHOTO = (EXAMPLES / "replacement.jpg").read_bytes()
CUES = b"1\n00:00:00,000 --> 00:00:01,000\nHello\n\n2\n00:01:00,000 --> 00:01:01,000\nlate\n"
