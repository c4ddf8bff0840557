"""Conversions between RGBA and planar YUV 4:2:0."""
