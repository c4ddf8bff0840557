"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from velocity_engine import plugins

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def fresh_plugins() -> Iterator[None]:
    """The plugin manager loads anew in this test, and anew after it."""
    plugins.reset()
    yield
    plugins.reset()
