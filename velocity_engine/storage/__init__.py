"""Where videos go and where inputs come from: paths and URLs, each through the storage backend of its scheme."""
