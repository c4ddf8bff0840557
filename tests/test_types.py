"""Types reach those who import the engine: mypy, strict, accepts a program of theirs and the documents' snippets."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import velocity_engine as ve

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "plugins").glob("*/*.md"))]
SNIPPET = re.compile(r"(?:<!-- (\S+) -->\n)?```python\n(.*?)```", re.DOTALL)
PROGRAM = """
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.plugin_types import LayerType
from velocity_engine.testing import check_layer_type


def told(progress: ve.Progress) -> None:
    print(progress.frames_done, progress.frames_total, progress.seconds_left)


def render(path: Path, texts: Mapping[str, str]) -> ve.RenderResult:
    changes = [{"layer": layer, "text": text} for layer, text in texts.items()]
    encoder = ve.EncoderConfig(bitrate=625_000, resolution=(640, 360), rate_control=ve.RateControl.VBR)
    try:
        with ve.open_template(path, limits=ve.PackageLimits()) as template:
            layers: tuple[ve.LayerInfo, ...] = template.layers
            findings: tuple[ve.Finding, ...] = template.findings
            still: NDArray[np.uint8] = ve.render_still(template, frame=1, size=(64, 36), customizations=changes)
            print(layers, findings, still.shape)
            order: ve.RenderOrder = ve.order_for(template, "a.mp4", encoder=encoder, frames=(0, 9))
            reference: ve.FileReference = order.template
            print(reference.sha256, ve.RenderOrder.from_json(order.to_json()).digest, ve.render_order(order).fps)
            return ve.render(template, "b.mp4", encoder=encoder, customizations=changes, progress=told)
    except ve.VelocityError as error:
        where: ve.Place = error.place
        print(error.message, where.layer, error.hint)
        raise


def look(path: str) -> tuple[ve.AudioInfo, ve.VideoInfo, ve.PictureInfo]:
    return ve.probe_audio(path), ve.probe_video(path), ve.probe_picture(path)


def look_at_assets(path: str) -> tuple[ve.PictureInfo | ve.VideoInfo, ve.VideoInfo]:
    return ve.probe_asset(path), ve.probe_clip(path)


def foreseen(template: ve.Template) -> ve.Forecast | None:
    trial: ve.Trial | None = ve.try_out(template)
    return None if trial is None else ve.forecast(trial, ve.EncoderConfig(), (0.0, 10.0))


def checked(layer_type: LayerType) -> None:
    check_layer_type(layer_type)
    print(plugins.installed(), ve.hookimpl, ve.warm_up)


ERRORS: tuple[type[ve.VelocityError], ...] = (
    ve.PackageError, ve.DocumentError, ve.CustomizationError, ve.EncoderConfigError, ve.FrameRangeError, ve.MediaError,
    ve.StorageError, ve.PluginError, ve.OrderError, ve.RenderCancelled, ve.RenderFailed,
)
TEMPLATE: type[ve.Template] = ve.Template
"""


def strictly_checked(folder: Path, *files: Path, within: Path | None = None) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), *map(str, files)]
    return subprocess.run(command, cwd=within or folder, capture_output=True, text=True).stdout


def snippets() -> Iterator[tuple[str, str, str]]:
    """(document, the file that it quotes or "", code)"""
    for document in DOCUMENTS:
        for quoted, code in SNIPPET.findall(document.read_text("utf-8")):
            yield document.stem, quoted, code


def test_a_program_that_uses_each_public_name(tmp_path: Path) -> None:
    unused = [name for name in ve.__all__ if not re.search(rf"\bve\.{name}\b", PROGRAM)]
    assert unused == []
    files = [tmp_path / "program.py"]
    files[0].write_text(PROGRAM)
    for number, (document, quoted, code) in enumerate(snippets()):
        if not quoted:
            files.append(tmp_path / f"{document}_{number}.py")
            files[-1].write_text(code)
    assert len(files) > 1
    assert strictly_checked(tmp_path, *files).strip() == f"Success: no issues found in {len(files)} source files"


def test_files_that_the_documents_quote(tmp_path: Path) -> None:
    """Only a whole file has its snippets' imports; test_docs compares the two."""
    files = sorted({ROOT / quoted for _, quoted, _ in snippets() if quoted})
    assert {"layer.py", "test_qrcode.py", "make_demo.py"} <= {file.name for file in files}
    told = strictly_checked(tmp_path, *files, within=ROOT)
    assert told.strip() == f"Success: no issues found in {len(files)} source files"


def test_each_snippet_is_run() -> None:
    """Those of the README by test_docs; the others stand in files that the tests run."""
    assert {document for document, quoted, _ in snippets() if not quoted} == {"README"}


def test_a_wrong_program_is_told(tmp_path: Path) -> None:
    program = tmp_path / "wrong.py"
    program.write_text('import velocity_engine as ve\nve.render("a.zip", 3, frames="intro", nothing=1)\n')
    told = strictly_checked(tmp_path, program)
    assert "arg-type" in told and "nothing" in told
