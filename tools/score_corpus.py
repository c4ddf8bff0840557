#!/usr/bin/env python3
"""How near a renderer comes to reference frames, document by document.

Usage: score_corpus.py CORPUS [--renderer velocity|rlottie|thorvg] [--font-references FOLDER] [--players any|skottie]
                       [--only TEXT] [--pass 0.95] [--worst 20] [--json FILE]

A corpus holds NAME.json documents beside NAME.fFRAME.png references by Skottie, and where made NAME.fFRAME.web.png
(lottie-web) and NAME.fFRAME.font.png (Skottie given fonts); those of FOLDER (font_references.py) take the place of the
latter. A document passes where all its frames reach the mark against one and the same player. Needs scikit-image, and
rlottie-python or thorvg-python for these renderers.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skottie_parity import likeness

import velocity_engine as ve

Pixels = NDArray[np.uint8]
Render = Callable[[Path, list[int], tuple[int, int]], list[Pixels]]
PLAYERS = {"": "Skottie", ".web": "lottie-web", ".font": "Skottie with fonts"}


def velocity(document: Path, frames: list[int], size: tuple[int, int]) -> list[Pixels]:
    with ve.open_template(document) as template:
        return [np.asarray(ve.render_still(template, frame=frame, size=size)) for frame in frames]


def rlottie(document: Path, frames: list[int], size: tuple[int, int]) -> list[Pixels]:
    from rlottie_python import LottieAnimation

    with LottieAnimation.from_file(str(document)) as animation:
        numbers = [max(0, int(frame - _first(document))) for frame in frames]
        pictures = [animation.render_pillow_frame(number, width=size[0], height=size[1]) for number in numbers]
        return [np.asarray(picture.convert("RGBA")) for picture in pictures]


def thorvg(document: Path, frames: list[int], size: tuple[int, int]) -> list[Pixels]:
    """In a process of its own, since documents crash thorvg 1.1."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as processes:
        return processes.submit(_by_thorvg, document, frames, size).result()


def _by_thorvg(document: Path, frames: list[int], size: tuple[int, int]) -> list[Pixels]:
    from benchmarks.thorvg_player import ThorvgPlayer

    player = ThorvgPlayer(document.read_text("utf-8-sig"), size)
    return [straight(player.draw(int(frame - _first(document)))) for frame in frames]


def straight(bgra: Pixels) -> Pixels:
    """Premultiplied BGRA as straight RGBA."""
    alpha = bgra[..., 3:].astype(np.float64)
    colors = np.minimum(np.rint(bgra[..., 2::-1] * 255.0 / np.maximum(alpha, 1.0)), 255.0)
    return np.concatenate((colors, alpha), axis=2).astype(np.uint8)


def _first(document: Path) -> float:
    return float(json.loads(document.read_text("utf-8-sig")).get("ip", 0))


RENDERERS: Mapping[str, Render] = {"velocity": velocity, "rlottie": rlottie, "thorvg": thorvg}


def references_of(document: Path, fonts: Path | None, *, skottie_only: bool) -> dict[str, dict[int, Path]]:
    """The references by player and frame, of the players that have every frame that Skottie has."""
    found: dict[str, dict[int, Path]] = {}
    pattern = re.compile(re.escape(document.stem) + r"\.f(-?\d+)(\.web|\.font)?\.png")
    folders = [document.parent] if fonts is None else [document.parent, fonts]
    for folder in folders:
        for path in folder.glob("*.png"):
            match = pattern.fullmatch(path.name)
            if match and not (skottie_only and match[2]):
                found.setdefault(match[2] or "", {})[int(match[1])] = path
    return {player: frames for player, frames in found.items() if frames.keys() == found.get("", {}).keys()}


def scores(document: Path, render: Render, wanted: Mapping[str, Mapping[int, Path]]) -> dict[str, float]:
    """The least likeness of all frames, by player."""
    frames = sorted(wanted[""])
    pictures = {p: [np.asarray(Image.open(files[f]).convert("RGBA")) for f in frames] for p, files in wanted.items()}
    height, width = pictures[""][0].shape[:2]
    drawn = render(document, frames, (width, height))
    return {player: min(map(likeness, drawn, want)) for player, want in pictures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--renderer", choices=RENDERERS, default="velocity")
    parser.add_argument("--font-references", type=Path)
    parser.add_argument("--players", choices=["any", "skottie"], default="any")
    parser.add_argument("--only", default="")
    parser.add_argument("--pass", dest="mark", type=float, default=0.95)
    parser.add_argument("--worst", type=int, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows: list[tuple[float, str, dict[str, Any]]] = []
    for document in sorted(options.corpus.rglob("*.json")):
        name = str(document.relative_to(options.corpus))
        wanted = references_of(document, options.font_references, skottie_only=options.players == "skottie")
        if options.only not in name or not wanted:
            continue
        try:
            found: dict[str, Any] = scores(document, RENDERERS[options.renderer], wanted)
        except (ve.VelocityError, RuntimeError, OSError, ValueError) as error:
            found = {"": 0.0}
            print(f"{name}: {error}")
        rows.append((max(found.values()), name, {PLAYERS[player]: round(value, 3) for player, value in found.items()}))
    rows.sort(key=lambda row: row[:2])
    for score, name, by_player in rows[: options.worst]:
        print(f"{score:6.3f}  {name}  {', '.join(f'{player} {value:.3f}' for player, value in by_player.items())}")
    passed = sum(score >= options.mark for score, _, _ in rows)
    print(f"{options.renderer}: {passed} of {len(rows)} documents pass at {options.mark}")
    if options.json:
        table = [{"document": name, "score": score, "players": by_player} for score, name, by_player in rows]
        options.json.write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
