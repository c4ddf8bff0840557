"""The public functions: a picture or frames as arrays (``stills``), a video as a file (``renders``)."""
