"""The HTTP server: it listens, refuses at the head of a request, and keeps the worker process alive."""
