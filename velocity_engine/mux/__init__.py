"""Mux: packets and sound become an MP4, MOV or AVI file. Begin with ``muxer``."""
