#!/usr/bin/env python3
"""Draw the golden frames of the tests anew, and say by how much each changed.

Usage: update_golden.py [NAME...]       all documents and the film strip (film_strip) by default; look at what changed
                                        before it is committed
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from pathlib import Path

import numpy as np
from PIL import Image

import velocity_engine as ve

STRIP = "film_strip"
GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "golden"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    notes = tomllib.loads((GOLDEN / "notes.toml").read_text("utf-8"))
    unknown = sorted(set(options.names) - set(notes) - {STRIP})
    if unknown:
        parser.error(f"notes.toml has no {', '.join(unknown)}")
    for name in options.names or (*notes, STRIP):
        if name == STRIP:
            _update_strip()
            continue
        template = ve.open_template(GOLDEN / "documents" / f"{name}.json")
        for frame in notes[name]["frames"]:
            target = GOLDEN / "frames" / f"{name}.f{frame}.png"
            blur = notes[name].get("motion_blur", False)
            _keep(target, np.asarray(ve.render_still(template, frame=frame, motion_blur=blur)))


def _update_strip() -> None:
    sys.path.insert(0, str(GOLDEN.parent))
    from golden.film_strip import film_strip

    with tempfile.TemporaryDirectory() as folder:
        _keep(GOLDEN / f"{STRIP}.png", film_strip(Path(folder)))


def _keep(target: Path, drawn: np.ndarray) -> None:
    most = _change(target, drawn)
    if most:
        print(f"{target.name}: {'new' if most < 0 else f'changed by up to {most}'}")
        Image.fromarray(drawn).save(target, optimize=True)


def _change(target: Path, drawn: np.ndarray) -> int:
    """The largest change of a channel, or -1 where there was no frame."""
    if not target.exists():
        return -1
    with Image.open(target) as picture:
        before = np.asarray(picture.convert("RGBA" if drawn.shape[2] == 4 else "RGB")).astype(np.int16)
    return int(np.abs(before - drawn).max()) if before.shape == drawn.shape else 255


if __name__ == "__main__":
    main()
