"""Lottie JSON to the typed model, one module per module of ``model``. Nothing of JSON is seen past this stage."""

from velocity_engine.parse.document import parse_document

__all__ = ["parse_document"]
