"""Mux: packets and sound become a file. Begin with ``muxer``."""
