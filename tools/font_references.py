#!/usr/bin/env python3
"""Draws the texts of a corpus by Skottie, given the fonts with which Velocity draws them today.

Usage: font_references.py CORPUS -o FOLDER --modules NODE_MODULES

A corpus holds NAME.json documents beside NAME.fFRAME.png references. Those that name fonts are drawn again at the same
frames and sizes, as FOLDER/NAME.fFRAME.font.png: Skottie gets the font files of the engine, and for outlines in the
document the engine's font of the same widths. So a comparison tells how texts are laid out, not which fonts a player
had. score_corpus.py --font-references takes them. Needs node, and canvaskit-wasm in NODE_MODULES (npm install
canvaskit-wasm@0.42.0).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from contact_sheet import references
from PIL import Image

import velocity_engine as ve
from velocity_engine.model.text import Font
from velocity_engine.text.font_names import glyphs_of, wanted_weight
from velocity_engine.text.provided_fonts import last, named, of_same_widths


def fonts_of(document: Path, folder: Path) -> dict[str, str]:
    """Which file is for each font of a document; none where the engine has no font like its outlines."""
    found = {}
    with ve.open_template(document) as template:
        for font in template.document.fonts:
            outlines = glyphs_of(font, template.document.glyphs)
            if font.data is None:
                file = _file_for(replace(font, data=None), folder, alike_only=bool(outlines))
                if file is not None:
                    found[font.name] = str(file)
    return found


def _file_for(font: Font, folder: Path, *, alike_only: bool) -> Path | None:
    record = named(font) or of_same_widths(font)
    if record is None and not alike_only:
        record = last(wanted_weight(font))
    if record is None:
        return None
    file = folder / record.file
    if not file.exists():
        file.write_bytes(record.load())
    return file


def jobs(corpus: Path, output: Path, folder: Path) -> Iterator[dict[str, Any]]:
    for document in sorted(corpus.rglob("*.json")):
        wanted = references(document)
        fonts = fonts_of(document, folder) if wanted else {}
        if not fonts:
            continue
        value = json.loads(document.read_text("utf-8-sig"))
        value.pop("chars", None)
        with Image.open(wanted[0][1]) as picture:
            width, height = picture.size
        files = {frame: str(output / f"{document.stem}.f{frame}.font.png") for frame, _ in wanted}
        yield {"document": json.dumps(value), "fonts": fonts, "first": int(value.get("ip", 0)), "output": files,
               "width": width, "height": height}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--modules", type=Path, required=True)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    script = Path(__file__).with_suffix(".cjs")
    with tempfile.TemporaryDirectory() as folder:
        found = list(jobs(options.corpus, options.output, Path(folder)))
        command = ["node", str(script), str(options.modules.resolve())]
        subprocess.run(command, input=json.dumps(found), text=True, check=True)
    print(f"{len(found)} documents")


if __name__ == "__main__":
    main()
