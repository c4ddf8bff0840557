"""Files of this machine, opened only when they are regular."""
