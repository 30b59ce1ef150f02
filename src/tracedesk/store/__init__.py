"""Floor 3: one encrypted SQLite file, and every SQL statement of TraceDesk."""
