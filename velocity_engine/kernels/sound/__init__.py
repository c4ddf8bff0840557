"""Sample by sample: loudness filters, and the gains of ducking and of limiting."""
