"""Numba kernels: arrays in, arrays out. Nothing here knows of the rest of the project.

Pixels are premultiplied RGBA, (h, w, 4) uint8, C-contiguous; where a kernel takes them packed, (h, w) uint32, red is
the lowest byte (little-endian machines). All kernels release the interpreter lock and keep no state of their own.
"""
