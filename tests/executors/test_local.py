"""The built-in executor."""

from __future__ import annotations

from velocity_engine.executors import velocity_executors
from velocity_engine.testing import check_executor


def test_conforms_to_the_protocol() -> None:
    for executor in velocity_executors():
        check_executor(executor)
