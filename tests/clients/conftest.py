"""One server for the clients' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from web.support_service import Service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("service") / "data").start()
    yield running
    running.stop()
