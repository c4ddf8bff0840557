"""``python -m velocity_engine``: the ``velocity`` command."""

from velocity_engine.cli import main

main()
