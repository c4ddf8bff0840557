"""What all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings

from velocity_engine import plugins

# The machines that run these tests are shared, so a slow example says nothing; the same examples every time keep a
# failure repeatable.
settings.register_profile("velocity", deadline=None, derandomize=True)
settings.load_profile("velocity")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find nothing that an earlier test has left, and leave nothing in the user's folder."""
    monkeypatch.setenv("VELOCITY_CACHE", str(tmp_path_factory.getbasetemp() / uuid4().hex))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The service's tests first: they take longest, and what is left for the end must be short in each process."""
    items.sort(key=lambda item: ROOT / "tests" / "web" not in item.path.parents)


@pytest.fixture
def fresh_plugins() -> Iterator[None]:
    """The plugin manager loads anew in this test, and anew after it."""
    plugins.reset()
    yield
    plugins.reset()


@pytest.fixture
def register(fresh_plugins: None) -> Iterator[Callable[[Any], None]]:
    """Registers plugins, which are gone after the test."""
    given: list[Any] = []

    def put(thing: Any) -> None:
        given.append(thing)
        plugins.register(thing)

    yield put
    for thing in given:
        plugins.unregister(thing)
