"""Encode: frames become packets. Begin with ``encoder``."""
