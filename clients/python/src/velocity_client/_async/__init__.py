"""The client. ``_async`` is written by hand; ``_sync``, for code that waits in place of awaiting, is made from it."""
