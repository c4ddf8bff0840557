"""Long thin pictures: every codec encodes them or refuses them, and none ends the process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hostile_documents import document, solid

from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.plugins.manager import codecs

SHORT = (16, 24, 30, 32, 64)
LONG = (2048, 4096, 5000, 8192, 16384)
PRESETS = (None, 0, 3, 5)
CORNERS = [size for short, long in product(SHORT, LONG) for size in ((long, short), (short, long))]
QUICK = [(16384, 16), (16, 16384), (5000, 30), (16384, 32), (16384, 64), (2048, 16)]
PICTURED = [key for key, codec in codecs().items() if codec.containers[0].frames != "none"]

# A process for each corner, forked from one that has the engine: what one does to its process ends no other.
CHILD = """
import json, os, sys
import velocity_engine as ve

ve.warm_up()


def tried(codec, preset, width, height):
    encoder = ve.EncoderConfig(codec=codec, resolution=(width, height), preset=preset)
    with ve.open_template(sys.argv[1]) as template:
        problems = template.check(encoder, frames=(0, 2))
        if problems:
            assert all(type(problem) is ve.EncoderConfigError for problem in problems), problems
            assert all(problem.place.field == "resolution" and problem.hint for problem in problems), problems
            return 1
        output = os.path.join(sys.argv[2], f"{os.getpid()}{ve.container_of(encoder).endings[0]}")
        ve.render(template, output, encoder=encoder, frames=(0, 2))
    return 0


for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        status = 2
        try:
            status = tried(*json.loads(line))
        finally:
            sys.stderr.flush()
            os._exit(status)
    print(json.dumps(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])), flush=True)
"""
WORKS, REFUSED = 0, 1


def answers(tmp_path: Path, asked: Sequence[tuple[str, int | None, int, int]]) -> list[int]:
    """The status of each process: WORKS, REFUSED, 2 for another error, below 0 for a signal."""
    file = tmp_path / "data.json"
    file.write_text(json.dumps(document([solid()], op=4)))
    lines = "".join(json.dumps(one) + "\n" for one in asked)
    command = [sys.executable, "-c", CHILD, str(file), str(tmp_path)]
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=True)
    found = [int(line) for line in done.stdout.splitlines()]
    assert len(found) == len(asked), done.stderr
    assert {WORKS, REFUSED}.issuperset(found), f"{list(zip(asked, found, strict=True))}\n{done.stderr[-2000:]}"
    return found


@pytest.mark.parametrize("key", PICTURED)
def test_a_long_thin_picture_is_encoded_or_refused(key: str, tmp_path: Path) -> None:
    found = answers(tmp_path, [(key, None, *size) for size in QUICK])
    assert WORKS in found
    if key == "h265":
        assert found == [REFUSED, REFUSED, REFUSED, WORKS, WORKS, WORKS]


@pytest.mark.long
@pytest.mark.parametrize("key", PICTURED)
def test_every_corner_is_encoded_or_refused(key: str, tmp_path: Path) -> None:
    answers(tmp_path, [(key, preset, *size) for size in CORNERS for preset in PRESETS])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"resolution": (4224, 24)}, "resolution"),
        ({"resolution": (4222, 16)}, "resolution"),
        ({"resolution": (128, 30), "level": 150}, "level"),
        ({"resolution": (128, 16), "bitrate": "240000k"}, "resolution"),
    ],
    ids=["its size", "its size in whole blocks", "a level that was asked for", "its bitrate"],
)
def test_h265_of_a_side_below_32_keeps_below_level_5(asked: dict[str, Any], field: str) -> None:
    config = EncoderConfig(codec="h265", **asked)
    width, height = asked["resolution"]
    (problem,) = codecs()["h265"].problems(config, width, height, Fraction(25))
    assert problem.place.field == field
    assert problem.hint is not None and "both sides of 32 or more" in problem.hint
    taller = EncoderConfig(codec="h265", **{**asked, "resolution": (width, 32)})
    assert codecs()["h265"].problems(taller, width, 32, Fraction(25)) == []
