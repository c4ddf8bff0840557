"""Paths become line segments: curves flattened, lines dashed and stroked."""
