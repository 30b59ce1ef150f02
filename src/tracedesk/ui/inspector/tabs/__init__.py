"""One file per page of the inspector: `PART` is a `Tab`."""
