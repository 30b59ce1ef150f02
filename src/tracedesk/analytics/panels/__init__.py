"""Each module with a PART here is one panel of the Metrics page and one answer of `tracedesk panel KEY`."""
