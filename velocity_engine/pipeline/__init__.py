"""Pipeline: drives the stages from a plan to a file, segment by segment. Begin with ``render_file``."""
