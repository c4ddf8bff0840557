"""The version of the engine, which stands in the files that it writes."""

__version__ = "0.2.0.dev0"
