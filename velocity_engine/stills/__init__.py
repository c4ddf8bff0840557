"""Stills: single frames as arrays, drawn with a plan that is kept for the next one."""
