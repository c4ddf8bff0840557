"""Pixel by pixel: blending, mattes, colours, ramps, alpha."""
