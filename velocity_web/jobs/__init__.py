"""Work that outlives a request: the queue, and the workers that lease from it."""
