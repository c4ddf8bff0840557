"""The rules of the service, without HTTP: they take callers, values and files, and raise ``failures``."""
