"""The replay page: one step at a time, with what led to it, what it changed and what the user had seen."""
