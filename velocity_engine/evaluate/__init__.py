"""Evaluate: a plan and a frame become a display list. Begin with ``evaluator``."""
