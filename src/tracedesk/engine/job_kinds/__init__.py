"""One file per kind of long work, found by listing this folder: `PART` is a `JobKind`."""
