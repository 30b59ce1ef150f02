"""Trace files in the desk: opening them read-only, what was read of them, keeping them, naming the columns of a table."""
