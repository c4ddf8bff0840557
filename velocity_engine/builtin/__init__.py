"""Built-ins: the layer types, effects, styles, codecs and storages that come with the engine, as plugins."""
