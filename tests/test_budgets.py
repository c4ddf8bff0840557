"""Documents made to cost without end, each in a process of its own with bounded memory, get a finding or an error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import hostile_inventions  # noqa: F401  # adds its own
import pytest
from hostile_documents import EXPENSIVE

CHILD = """
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, (2**30, 2**30))
import velocity_engine as ve
try:
    template = ve.open_template(sys.argv[1])
    findings = template.findings
    ve.render_still(template, 0)
except ve.VelocityError as error:
    print("refused:", error)
else:
    print("drawn:", *(finding.feature for finding in findings[:5]))
"""

ANSWERS = {
    "60,000 combining marks on one letter": "drawn: text.too_long text.marks",
    "20,000 variation selectors": "drawn: text.too_long text.marks",
    "300 texts of 20,000 characters": "drawn: layer.broken",
    "300 endless expressions": "drawn: expression.failed",
    "300 expressions that nearly time out": "refused: the expressions of one frame take more than",
    "300 sparse arrays": "drawn: expression.failed",
    "1,000,000 hold keyframes": "refused: the JSON holds more than 6000000 values",
    "300 blurs of 4000 x 4000": "refused: to draw one frame would take more than",
    "one layer with 300 blurs of 4000 x 4000": "refused: to draw one frame would take more than",
    "ten precomps of ten precomps, eight deep": "drawn: composition.size",
    "a repeater of a million copies": "drawn:",
    "1,000 animators with 20 selectors": "drawn: layer.broken",
    "300 masks with feather at 4096 pixels": "refused: to draw one frame would take more than",
    "500 layers of 4096 pixels, each with its matte": "refused: to draw one frame would take more than",
    "40 precomps in each other, blended, at 4096 pixels": "refused: to draw one frame would take more than",
    "expression: an object copied by spreading, again and again": "drawn: expression.failed",
    "expression: two lists spread, again and again": "drawn: expression.failed",
}
"""How each is answered, as far as it says."""


@pytest.mark.timeout(330)
@pytest.mark.parametrize("name", ANSWERS)
def test_a_document_made_to_cost_is_answered(name: str, tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text(json.dumps(EXPENSIVE[name]()))
    # The limit only ends what would never end: each takes seconds.
    done = subprocess.run([sys.executable, "-c", CHILD, file], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-500:]
    assert done.stdout.startswith(ANSWERS[name]), done.stdout[:300]
