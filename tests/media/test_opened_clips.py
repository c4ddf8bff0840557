"""Clips that stay open between the plans of a template."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from media_support import make_clip

import velocity_engine as ve
from velocity_engine.media import clip as clips
from velocity_engine.media.opened_clips import OpenedClips


def test_a_clip_is_opened_once_and_closed_at_the_end(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", 5)
    folders: list[Path] = []
    kept = OpenedClips()

    def opener(folder: Path) -> clips.ClipReader:
        folders.append(folder)
        return clips.open_clip(path)

    first, give_back = kept.lend("a", opener)
    second, give_back_too = kept.lend("a", opener)
    assert first is second and len(folders) == 1
    give_back()
    kept.close()
    assert folders[0].is_dir(), "somebody still reads it"
    assert first.read(4).shape == (first.height, first.width, 4)
    give_back_too()
    assert not folders[0].exists()


def test_no_more_stay_open_than_may(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "a.mp4", 2)
    folders: dict[str, Path] = {}
    kept = OpenedClips(most=2)

    def lend(key: str) -> None:
        def opener(folder: Path) -> clips.ClipReader:
            folders[key] = folder
            return clips.open_clip(path)

        kept.lend(key, opener)[1]()

    for key in "abac":
        lend(key)
    assert [key for key, folder in folders.items() if folder.exists()] == ["a", "c"], "b was used longest ago"
    kept.close()
    assert not any(folder.exists() for folder in folders.values())


def test_a_resting_clip_keeps_one_decoder_and_its_frame(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = clips.open_clip(make_clip(tmp_path / "a.mp4", 200))
    frames = {index: reader.read(index) for index in (150, 3, 80)}
    assert len(reader._idle) > 1
    reader.rest()
    assert len(reader._idle) == 1
    seeks: list[int] = []
    sought = clips.Cursor._seek

    def seek(cursor: clips.Cursor, time: int) -> None:
        seeks.append(time)
        sought(cursor, time)

    monkeypatch.setattr(clips.Cursor, "_seek", seek)
    assert np.array_equal(reader.read(80), frames[80]) and seeks == []
    assert all(np.array_equal(reader.read(index), pixels) for index, pixels in frames.items())
    reader.close()


def test_a_file_that_became_another_is_opened_anew(tmp_path: Path) -> None:
    """By the next plan: a template that stays open shows what lies at the path of an asset."""
    from web.support_templates import layer, template_zip

    asset = {"id": "clip", "w": 64, "h": 48, "u": "images/", "p": "clip.mp4", "e": 0}
    shown = [layer("Clip", 9, 1, 10, refId="clip")]
    old, new = make_clip(tmp_path / "old.mp4", 10), make_clip(tmp_path / "new.mp4", 10, left=(255, 0, 0))
    path = Path(shutil.copy(old, tmp_path / "asset.mp4"))
    content = template_zip({"images/clip.mp4": Path(old).read_bytes()}, layers=shown, assets=[asset], size=(64, 48))
    changes = [{"layer": "Clip", "video": {"assetId": "one"}}]
    with ve.open_template(content) as template:
        before = ve.render_still(template, 5, customizations=changes, assets={"one": path})
        assert np.array_equal(ve.render_still(template, 5, customizations=changes, assets={"one": path}), before)
        shutil.copy(new, path)
        after = ve.render_still(template, 5, customizations=changes, assets={"one": path})
        assert not np.array_equal(after, before)
