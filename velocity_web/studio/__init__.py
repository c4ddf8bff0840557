"""The studio: the console's template page on a template of this machine, drawn again whenever its files change."""
