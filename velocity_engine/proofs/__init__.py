"""Proofs: stills of a template with values that try it out, as a contact sheet for eyes and as goldens for machines."""
