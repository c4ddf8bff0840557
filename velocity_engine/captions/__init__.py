"""Captions: what is said in a video, when, and how it is shown. Begin with ``captions``; ``reading`` takes the files
that others make, ``writing`` returns such."""

from velocity_engine.captions.captions import POSITIONS, STYLES, Captions
from velocity_engine.captions.cues import Cue, Word

__all__ = ["POSITIONS", "STYLES", "Captions", "Cue", "Word"]
