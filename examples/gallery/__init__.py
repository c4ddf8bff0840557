"""Six templates with real use, made by ``python -m examples.make_gallery``."""
