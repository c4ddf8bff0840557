"""The client. This folder is written by hand; the code that waits in place of awaiting is made from it."""
