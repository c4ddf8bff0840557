"""What makes kernels of functions: the decorator, inlining, the cache, compiling in several processes."""
