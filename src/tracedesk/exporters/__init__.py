"""Traces out: each format is one PART that writes spans and log records to a binary file."""
