"""Shape layers: a tree of items becomes draw commands.

``tree`` compiles items once, ``geometry`` and ``drawing`` hold the compiled nodes, which are evaluated at every frame
and remember what did not change; the other modules are the functions of single items.
"""
