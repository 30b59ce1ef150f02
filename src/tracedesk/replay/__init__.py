"""Floor 2: a trace, or a session of traces, told as the steps a person would tell."""
