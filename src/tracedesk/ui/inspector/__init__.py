"""Everything about one span: head, facts, usage, and one tab per subject (a file each in `tabs`)."""
