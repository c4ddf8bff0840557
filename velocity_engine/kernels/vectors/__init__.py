"""Arithmetic on several pixels or cells at once, inlined into kernels."""
