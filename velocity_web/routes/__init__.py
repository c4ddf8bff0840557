"""The endpoints by resource: HTTP on one side, services on the other, nothing else in between."""
