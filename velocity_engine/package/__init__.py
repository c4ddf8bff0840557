"""Package: the files of a template by name, checked and bounded. Begin with ``package``."""
