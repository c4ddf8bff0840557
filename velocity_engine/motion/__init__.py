"""Motion: what keyframes and transforms are at one moment."""
