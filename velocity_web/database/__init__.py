"""The entities, the faults of a database, and the steps that bring it to the latest version."""
