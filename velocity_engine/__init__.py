"""Velocity: a render engine for video templates."""
