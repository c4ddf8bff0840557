"""Goldens: proofs that are kept beside a template, so that a change of it, or of the engine, is seen.

A folder holds a PNG for each still and ``goldens.json`` with the digests of their pixels. The digests decide; the PNGs
are for people, and for the pictures of what differs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from velocity_engine.errors import Finding, MediaError, Place
from velocity_engine.model.version import __version__
from velocity_engine.proofs.cases import Case
from velocity_engine.proofs.proof import Proof

INDEX = "goldens.json"
FORMAT = 1
ERRORS_OF_READING = (OSError, ValueError, SyntaxError)  # of Pillow, for what is no picture

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class GoldenStill:
    """One still as it was kept.

    Attributes:
        case: The name of the case.
        frame: The moment, in frames of the composition.
        file: The name of the PNG in the folder; empty where the still could not be drawn.
        digest: SHA-256 of width, height and pixels; empty where the still could not be drawn.
        findings: What was found, a sentence each.
        error: Why it could not be drawn; empty where it was.
    """

    case: str
    frame: float
    file: str
    digest: str
    findings: tuple[str, ...]
    error: str = ""

    @property
    def key(self) -> tuple[str, float]:
        """Which still of the template it is."""
        return self.case, self.frame


@dataclass(frozen=True, slots=True)
class Goldens:
    """All stills of a folder.

    Attributes:
        folder: The folder.
        stills: The stills.
        size: (width, height) of them in pixels.
        layers: The addresses of the layers that are tried out; empty for all.
        version: The version of the engine that drew them.
    """

    folder: Path
    stills: tuple[GoldenStill, ...]
    size: tuple[int, int]
    layers: tuple[str, ...] = ()
    version: str = __version__

    def at_their_frames(self, cases: Sequence[Case]) -> tuple[Case, ...]:
        """The cases at the frames at which they were kept. A case that was not keeps its own."""
        frames: dict[str, list[float]] = {}
        for still in self.stills:
            frames.setdefault(still.case, []).append(still.frame)
        return tuple(replace(case, frames=tuple(frames.get(case.name, case.frames))) for case in cases)


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """A still that is not as it was kept.

    Attributes:
        case: The name of the case.
        frame: The moment, in frames of the composition.
        reason: A sentence.
        picture: What was kept, what is drawn now, and where they differ, side by side. None where there is nothing to
            compare.
    """

    case: str
    frame: float
    reason: str
    picture: Pixels | None = None


def digest_of_pixels(pixels: Pixels) -> str:
    """Returns the digest of a still, which does not depend on how its PNG is packed."""
    height, width = pixels.shape[:2]
    return hashlib.sha256(f"{width}x{height} RGBA\n".encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def write_goldens(folder: Path, proofs: Sequence[Proof], size: tuple[int, int], layers: Sequence[str] = ()) -> Goldens:
    """Keeps proofs in a folder. Files of stills that are no more are deleted; other files stay.

    Args:
        folder: The folder, which is made where there is none.
        proofs: The proofs of the template.
        size: (width, height) of them in pixels.
        layers: The addresses of the layers that are tried out; empty for all.
    """
    stale = _files_of(folder)
    folder.mkdir(parents=True, exist_ok=True)
    names: set[str] = set()
    stills = []
    for proof in proofs:
        still = _still_of(proof, names)
        if proof.pixels is not None:
            Image.fromarray(proof.pixels).save(folder / still.file, "PNG", optimize=True)
        stills.append(still)
    for name in stale - names:
        (folder / name).unlink(missing_ok=True)
    kept = Goldens(folder, tuple(stills), size, tuple(layers))
    (folder / INDEX).write_text(json.dumps(_object(kept), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return kept


def read_goldens(folder: Path) -> Goldens:
    """Returns what ``write_goldens`` kept.

    Args:
        folder: The folder.

    Raises:
        MediaError: There are no goldens, or their index cannot be read.
    """
    index = folder / INDEX
    try:
        told: Any = json.loads(index.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise ValueError(f"its format is {told['format']}")
        stills = tuple(
            GoldenStill(
                str(one["case"]), float(one["frame"]), _plain_name(one["file"]), str(one["digest"]),
                tuple(map(str, one["findings"])), str(one["error"]),
            )
            for one in told["stills"]
        )  # fmt: skip
        width, height = map(int, told["size"])
        return Goldens(folder, stills, (width, height), tuple(map(str, told["layers"])), str(told["velocity"]))
    except FileNotFoundError:
        hint = "Write them with --update, look at the pictures, and keep the folder beside the template"
        raise MediaError("there are no goldens", place=Place(file=str(folder)), hint=hint) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = "Restore the file, or write the goldens anew with --update"
        raise MediaError(f"the goldens cannot be read: {error}", place=Place(file=str(index)), hint=hint) from None


def compare(kept: Goldens, proofs: Sequence[Proof], *, complete: bool = True) -> list[Difference]:
    """Returns which stills are not exactly as they were kept: other pixels, other findings, new ones and missing ones.

    Args:
        kept: What ``read_goldens`` returned.
        proofs: Proofs of the template.
        complete: Whether the proofs are all that there are. Else no golden is missing.
    """
    before = {still.key: still for still in kept.stills}
    found: list[Difference] = []
    for proof in proofs:
        golden = before.pop((proof.case.name, proof.frame), None)
        if golden is None:
            found.append(Difference(proof.case.name, proof.frame, "it is new: there is no golden of it", proof.pixels))
        else:
            found += _differences(kept.folder, golden, proof)
    gone = before.values() if complete else ()
    return [*found, *(Difference(one.case, one.frame, "the template does not have it any more") for one in gone)]


def _differences(folder: Path, golden: GoldenStill, proof: Proof) -> list[Difference]:
    found = []
    digest = "" if proof.pixels is None else digest_of_pixels(proof.pixels)
    if proof.error != golden.error:
        reason = f"it cannot be drawn: {proof.error}" if proof.error else f"it could not be drawn: {golden.error}"
        found.append(Difference(golden.case, golden.frame, reason, proof.pixels))
    elif digest != golden.digest and proof.pixels is not None:
        found.append(_other_pixels(folder, golden, proof.pixels))
    sentences = tuple(map(sentence_of, proof.findings))
    if not proof.error and sentences != golden.findings:
        new = [f"new finding: {one}" for one in sentences if one not in golden.findings]
        gone = [f"no finding any more: {one}" for one in golden.findings if one not in sentences]
        found.append(
            Difference(golden.case, golden.frame, "; ".join((*new, *gone)) or "the findings have another order")
        )
    return found


def _other_pixels(folder: Path, golden: GoldenStill, now: Pixels) -> Difference:
    try:
        with Image.open(folder / golden.file) as picture:
            before: Pixels = np.asarray(picture.convert("RGBA"))
    except ERRORS_OF_READING:
        reason = f"the pixels are others, and {golden.file} cannot be read"
        return Difference(golden.case, golden.frame, reason, now)
    if before.shape != now.shape:
        sizes = [f"{one.shape[1]}x{one.shape[0]}" for one in (before, now)]
        return Difference(golden.case, golden.frame, f"it is {sizes[1]} in place of {sizes[0]} pixels", now)
    distance = np.abs(before.astype(np.int16) - now).max(axis=2)
    rows, columns = np.nonzero(distance)
    if not len(rows):
        reason = (
            f"the pixels are not those of the digest in {INDEX}, though {golden.file} has them: the index was changed"
        )
        return Difference(golden.case, golden.frame, reason)
    reason = (
        f"{len(rows)} of {distance.size} pixels differ, by {int(distance.max())} of 255 at most, within x "
        f"{columns.min()} to {columns.max()}, y {rows.min()} to {rows.max()}"
    )
    return Difference(golden.case, golden.frame, reason, _beside(before, now, distance.astype(np.uint8)))


def _beside(before: Pixels, now: Pixels, distance: Pixels) -> Pixels:
    """What was kept, what is drawn now, and the distance in red, amplified, on a dark copy of it."""
    red = np.empty_like(now)
    red[...] = (now.astype(np.uint16) // 4).astype(np.uint8)
    red[..., 3] = 255
    red[distance > 0, 0] = np.clip(80 + distance[distance > 0].astype(np.uint16) * 4, 0, 255).astype(np.uint8)
    line = np.full((now.shape[0], 4, 4), 255, np.uint8)
    return np.ascontiguousarray(np.concatenate([before, line, now, line, red], axis=1))


def sentence_of(finding: Finding) -> str:
    """Returns a finding in one line."""
    where = f" ({finding.place})" if str(finding.place) else ""
    return f"{finding.severity}: {finding.message}{where}; {finding.instead}"


def _still_of(proof: Proof, names: set[str]) -> GoldenStill:
    sentences = tuple(map(sentence_of, proof.findings))
    if proof.pixels is None:
        return GoldenStill(proof.case.name, proof.frame, "", "", sentences, proof.error)
    file = file_name(proof.case.name, proof.frame, names)
    return GoldenStill(proof.case.name, proof.frame, file, digest_of_pixels(proof.pixels), sentences)


def file_name(case: str, frame: float, names: set[str], ending: str = "png") -> str:
    """Returns the name of a still's file, which is in no other's way, and adds it to ``names``."""
    stem = re.sub(r"[^\w.]+", "-", case).strip("-.")[:80] or "case"
    number, name = 1, f"{stem}@{frame:g}.{ending}"
    while name.lower() in {one.lower() for one in names}:
        number += 1
        name = f"{stem}-{number}@{frame:g}.{ending}"
    names.add(name)
    return name


def _plain_name(value: object) -> str:
    """A name without a folder: an index must not lead out of its own."""
    if not isinstance(value, str) or value != Path(value).name:
        raise ValueError(f"{value!r} is no name of a file")
    return value


def _files_of(folder: Path) -> set[str]:
    """The files that earlier goldens of a folder have."""
    try:
        return {still.file for still in read_goldens(folder).stills if still.file}
    except MediaError:
        return set()


def _object(kept: Goldens) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "velocity": kept.version,
        "size": list(kept.size),
        "layers": list(kept.layers),
        "stills": [
            {
                "case": one.case,
                "frame": one.frame,
                "file": one.file,
                "digest": one.digest,
                "findings": list(one.findings),
                "error": one.error,
            }
            for one in kept.stills
        ],
    }
