"""One PART per export format."""
