"""Filters over whole pictures: blurs, shadows, distances, noise."""
