"""The programs that the documents show run as they stand: only the address and the key are replaced."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from web.support_service import PATIENCE, Service

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "docs" / "clients.md", ROOT / "clients" / "python" / "README.md"]
PROGRAMS = [
    block
    for path in DOCUMENTS
    for block in re.findall(r"^```python\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)
]


@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_the_programs_run(program: str, service: Service, tmp_path: Path) -> None:
    (tmp_path / "card.zip").write_bytes((ROOT / "examples" / "demo.zip").read_bytes())
    (tmp_path / "me.jpg").write_bytes((ROOT / "examples" / "replacement.jpg").read_bytes())
    code = program.replace("http://127.0.0.1:8080", service.url).replace("the API key", service.add_user())
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    for name in re.findall(r'download\("([^"]+)"', program):
        assert (tmp_path / name).read_bytes()[4:8] == b"ftyp"


def test_there_are_programs() -> None:
    assert len(PROGRAMS) > 3


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_a_readme_has_ten_lines_or_little_more(language: str) -> None:
    assert len((ROOT / "clients" / language / "README.md").read_text().splitlines()) <= 16
