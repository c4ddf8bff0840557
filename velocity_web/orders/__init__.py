"""What is kept of a request between its answer and its end: services write it, and the worker reads and clears it."""
