from __future__ import annotations

from collections.abc import Iterator

import pytest
from network_support import Victim, WebServer


@pytest.fixture(scope="module")
def victim() -> Iterator[Victim]:
    made = Victim()
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[WebServer]:
    made = WebServer()
    yield made
    made.close()
