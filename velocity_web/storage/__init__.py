"""Files that get their name when they are whole, and the space that is left for them."""
