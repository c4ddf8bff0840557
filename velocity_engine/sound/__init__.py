"""Sound: decoded, brought to 48 kHz stereo, played along the timeline, mixed, and measured."""
