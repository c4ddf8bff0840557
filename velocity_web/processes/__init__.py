"""The processes that do the work: the fork server, its confined children, and what they are told and tell."""
