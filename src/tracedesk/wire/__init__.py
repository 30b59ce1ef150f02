"""OTLP and back: request bytes and OTLP/JSON to spans and log records, and the reverse. One bad span costs one span."""
