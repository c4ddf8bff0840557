"""Work that outlives a request: the queue, the workers that lease from it, and the processes that do the work."""
