"""Floor 1: what a span, a log record, a batch and a trace are. Knows no file, wire or screen."""
