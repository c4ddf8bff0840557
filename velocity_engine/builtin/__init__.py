"""Built-ins: the layer types, effects, styles, codecs, storages and executors that come with the engine, as plugins."""
