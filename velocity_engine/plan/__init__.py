"""Plan: a document made ready for any frame, with everything that it refers to found once. Begin with ``plan``."""
