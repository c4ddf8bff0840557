#!/usr/bin/env python3
"""Scores a corpus twice: as its documents are, and without what the references' renderer leaves out.

Usage: skottie_parity.py CORPUS [--pass 0.95] [--json FILE]

A corpus holds NAME.json documents beside NAME.fFRAME.png references, drawn by Skottie without fonts and without an
expression engine. Where Velocity draws what Skottie leaves out, a document scores low although nothing is wrong. The
second score takes that out of the documents, not out of the renderer, so that what remains below the mark differs for
some other reason:

expressions         removed: the keyframes' own values stand
texts               removed: Skottie had no font to draw them with
easing              the first dimension's serves all: Skottie reads no other
colours 0..255      documents before 4.1.9 are taken as 0..1
star roundness      set to 0
lighten, darken     masks of these modes are dropped

Needs scikit-image. Each row: the score as is, the score without, the document.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from contact_sheet import references
from numpy.typing import NDArray
from PIL import Image
from skimage.metrics import structural_similarity

import velocity_engine as ve


def luma_over(rgba: NDArray[np.uint8], ground: float) -> NDArray[np.float64]:
    alpha = rgba[..., 3].astype(np.float64) / 255
    luma = rgba[..., :3].astype(np.float64) @ (0.2126, 0.7152, 0.0722)
    return np.asarray(luma * alpha + ground * (1 - alpha))


def likeness(ours: NDArray[np.uint8], reference: NDArray[np.uint8]) -> float:
    """The lower structural similarity of the two over white and over black, 7 x 7 window."""
    window = min(7, (min(reference.shape[:2]) - 1) | 1)
    if window < 3:
        return 1.0
    grounds = [(luma_over(ours, g), luma_over(reference, g)) for g in (255.0, 0.0)]
    return float(min(structural_similarity(a, b, data_range=255, win_size=window) for a, b in grounds))


def without_extras(value: Any) -> Any:
    """The JSON value without what the references' renderer does not draw."""
    if isinstance(value, list):
        return [without_extras(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if value.get("ty") == 5 and "t" in value and "ks" in value:
        return without_extras({**value, "ty": 3})
    kept = {key: without_extras(entry) for key, entry in value.items() if not (key == "x" and isinstance(entry, str))}
    for side in ("i", "o"):
        ease = kept.get(side)
        if isinstance(ease, dict) and "x" in ease and "y" in ease:
            kept[side] = {axis: v[:1] if isinstance(v, list) else v for axis, v in ease.items()}
    if kept.get("ty") == "sr":
        kept |= {"os": {"a": 0, "k": 0}, "is": {"a": 0, "k": 0}}
    if "masksProperties" in kept:
        kept["masksProperties"] = [m for m in kept["masksProperties"] if m.get("mode") not in ("l", "d")]
    return kept


def plain_document(document: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = without_extras(document)
    numbers = [int(n) for n in re.findall(r"\d+", str(document.get("v", "")))[:3]]
    if numbers and numbers < [4, 1, 9]:
        plain["v"] = "4.1.9"
    return plain


def score(path: Path, wanted: list[tuple[int, NDArray[np.uint8]]]) -> float:
    try:
        with ve.open_template(path) as template:
            return min(
                likeness(ve.render_still(template, frame=frame, size=(want.shape[1], want.shape[0])), want)
                for frame, want in wanted
            )
    except ve.VelocityError as error:
        print(f"{path.name}: {error}")
        return 0.0


def pictures_of(document: Path) -> list[tuple[int, NDArray[np.uint8]]]:
    return [(frame, np.asarray(Image.open(path).convert("RGBA"))) for frame, path in references(document)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pass", dest="mark", type=float, default=0.95)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for document in sorted(options.corpus.rglob("*.json")):
            wanted = pictures_of(document)
            if not wanted:
                continue
            as_is = score(document, wanted)
            stripped = Path(folder) / document.name
            stripped.write_text(json.dumps(plain_document(json.loads(document.read_text("utf-8-sig")))))
            alike = as_is if as_is >= options.mark else score(stripped, wanted)
            rows.append((as_is, alike, str(document.relative_to(options.corpus))))
    for as_is, alike, name in sorted(rows):
        if as_is < options.mark:
            print(f"{as_is:6.3f} {alike:6.3f}  {name}")
    total = len(rows)
    passed, parity = (sum(row[i] >= options.mark for row in rows) for i in (0, 1))
    print(f"as is: {passed} of {total} ({passed / total:.1%})")
    print(f"without what the references leave out: {parity} ({parity / total:.1%})")
    if options.json:
        options.json.write_text(json.dumps([{"document": n, "score": a, "parity": p} for a, p, n in rows], indent=1))


if __name__ == "__main__":
    main()
