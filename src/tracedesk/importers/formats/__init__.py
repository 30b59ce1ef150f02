"""One PART per file format. Modules whose name starts with `_` are helpers of a format."""
