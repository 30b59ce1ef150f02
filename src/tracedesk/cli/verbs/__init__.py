"""One file per verb, found by listing this folder: `PART` is a click command (or a tuple of them)."""
