"""Media: clips, pictures and sounds, opened, probed and decoded."""
