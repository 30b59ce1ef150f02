"""One module per rule of inference: what it looks for in the recorded times, and why that is taken as evidence."""
