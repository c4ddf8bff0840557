"""Expressions: After Effects JavaScript on properties, run in an embedded interpreter with limits and no way
outside."""

from __future__ import annotations

from velocity_engine.evaluate.expressions.engine import expression_engine

__all__ = ["expression_engine"]
