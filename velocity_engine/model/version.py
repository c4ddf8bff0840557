"""The version of the engine, which stands in the files that it writes."""

__version__ = "0.1.0"
