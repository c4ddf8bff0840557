"""Goldens: what was kept is compared exactly, and what differs is told and shown."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from proofs_support import write_template

import velocity_engine as ve
from velocity_engine.proofs.cases import cases_of
from velocity_engine.proofs.goldens import INDEX, compare, file_name, read_goldens, write_goldens
from velocity_engine.proofs.proof import Proof, draw_proofs

SIZE = (100, 60)


def proofs_of(place: Path, layers: tuple[str, ...] = ("Title",), frames: tuple[float, ...] = (5.0,)) -> list[Proof]:
    with ve.open_template(place) as template:
        return list(draw_proofs(template, cases_of(template, layers, frames), SIZE))


def test_what_was_kept_is_equal_to_itself(tmp_path: Path) -> None:
    place, folder = write_template(tmp_path), tmp_path / "goldens"
    proofs = proofs_of(place)
    kept = write_goldens(folder, proofs, SIZE, ("Title",))
    assert read_goldens(folder) == kept
    assert compare(kept, proofs_of(place)) == []
    assert sorted(one.name for one in folder.iterdir()) == sorted([INDEX, *(still.file for still in kept.stills)])
    first = proofs[0].pixels
    assert first is not None
    with Image.open(folder / kept.stills[0].file) as picture:
        assert np.array_equal(np.asarray(picture), first)


def test_a_change_is_told_with_its_place_and_shown(tmp_path: Path) -> None:
    kept = write_goldens(tmp_path / "goldens", proofs_of(write_template(tmp_path)), SIZE)
    changed = write_template(tmp_path, name="other", words="Hallo")
    found = compare(kept, proofs_of(changed))
    assert found[0].case == "as designed"
    assert "pixels differ, by" in found[0].reason
    assert "within x" in found[0].reason
    assert found[0].picture is not None
    assert found[0].picture.shape == (SIZE[1], 3 * SIZE[0] + 8, 4)


def test_new_and_missing_stills_are_told(tmp_path: Path) -> None:
    place = write_template(tmp_path)
    kept = write_goldens(tmp_path / "goldens", proofs_of(place), SIZE)
    found = compare(kept, proofs_of(place, ("Photo",)))
    reasons = {one.case: one.reason for one in found}
    assert reasons["Photo: tall"] == "it is new: there is no golden of it"
    assert reasons["Title: long"] == "the template does not have it any more"
    assert {one.case for one in compare(kept, proofs_of(place, ("Photo",)), complete=False)} == {
        "Photo: tall", "Photo: wide", "Photo: transparent",
    }  # fmt: skip


def test_another_finding_is_a_difference(tmp_path: Path) -> None:
    place = write_template(tmp_path)
    kept = write_goldens(tmp_path / "goldens", proofs_of(place), SIZE)
    (place / "images" / "photo.png").unlink()
    found = [one for one in compare(kept, proofs_of(place)) if one.reason.startswith("new finding: error: ")]
    assert len(found) == len(kept.stills)


def test_frames_are_those_that_were_kept(tmp_path: Path) -> None:
    kept = write_goldens(tmp_path / "goldens", proofs_of(write_template(tmp_path), frames=(5.0, 9.0)), SIZE)
    with ve.open_template(write_template(tmp_path, frames=90, name="longer")) as template:
        cases = kept.at_their_frames(cases_of(template))
    frames = {case.name: case.frames for case in cases}
    assert frames["Title: long"] == (5.0, 9.0)
    assert len(frames["Photo: tall"]) == 1


def test_stills_that_are_no_more_are_deleted_and_other_files_stay(tmp_path: Path) -> None:
    place, folder = write_template(tmp_path), tmp_path / "goldens"
    write_goldens(folder, proofs_of(place), SIZE)
    (folder / "README.md").write_text("ours")
    kept = write_goldens(folder, proofs_of(place, ("Photo",)), SIZE)
    assert sorted(one.name for one in folder.iterdir()) == sorted(
        ["README.md", INDEX, *(still.file for still in kept.stills)]
    )


@pytest.mark.parametrize("change", [
    lambda told: told.update(format=2),
    lambda told: told.pop("stills"),
    lambda told: told["stills"][0].update(file="../../data.json"),
    lambda told: told["stills"][0].update(frame="x"),
])  # fmt: skip
def test_an_index_that_is_wrong_is_told(tmp_path: Path, change: object) -> None:
    folder = tmp_path / "goldens"
    write_goldens(folder, proofs_of(write_template(tmp_path)), SIZE)
    told = json.loads((folder / INDEX).read_text())
    assert callable(change)
    change(told)
    (folder / INDEX).write_text(json.dumps(told))
    with pytest.raises(ve.MediaError, match="the goldens cannot be read"):
        read_goldens(folder)


def test_no_goldens(tmp_path: Path) -> None:
    with pytest.raises(ve.MediaError, match=r"there are no goldens.*--update"):
        read_goldens(tmp_path)


def test_names_of_files_are_plain_and_apart() -> None:
    names: set[str] = set()
    assert file_name("Comp/Head line: right to left", 5.0, names) == "Comp-Head-line-right-to-left@5.png"
    assert file_name("comp/head line: right to left", 5.0, names) == "comp-head-line-right-to-left-2@5.png"
    assert file_name("../..", 1.5, names) == "case@1.5.png"
