"""Draws the pictures by the product, and keeps those whose template has not changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from PIL import Image

import velocity_engine as ve
from pages.scenes import SIZE, Scene

KEPT = Path(__file__).resolve().parents[2] / "out" / "docs"  # a picture lies here until what draws it changes
WIDTH = 960  # pixels of a picture: twice the scene's, for sharp screens


def draw(name: str, scene: Scene) -> Path:
    """The WebP of a scene."""
    told = [scene.document, scene.frame, [dict(entry) for entry in scene.customizations], WIDTH, parts()]
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    path = KEPT / f"{name.replace('/', '-')}-{digest}.webp"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn(name, scene, WIDTH).save(path, "WEBP", quality=86, method=5)
    return path


def drawn(name: str, scene: Scene, width: int) -> Image.Image:
    """The picture of a scene.

    Raises ValueError where the engine tells a finding: what is not drawn as meant is no picture for a document.
    """
    with ve.open_template(json.dumps(scene.document).encode()) as template:
        size = (width, round(width * SIZE[1] / SIZE[0]))
        still = ve.still(template, scene.frame, size, customizations=scene.customizations)
    if bool(still.findings) != scene.overflows:
        raise ValueError(f"{name}: {'; '.join(finding.message for finding in still.findings) or 'no finding'}")
    return still.image().convert("RGB")


@cache
def parts() -> Mapping[str, str]:
    """What decides the pixels beside the documents."""
    return ve.build_parts()
