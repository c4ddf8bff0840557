"""What children may read of Python's own files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from velocity_web.processes.sandbox.readable import roots


def test_links_that_lead_in_a_circle_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    (tmp_path / "circle.py").symlink_to(tmp_path / "circle.py")
    (tmp_path / "module.py").write_text("")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    found = roots()
    assert os.path.realpath(tmp_path / "module.py") in found
    assert not any("circle" in path for path in found)
