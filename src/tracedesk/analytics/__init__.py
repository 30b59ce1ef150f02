"""Metrics: what it costs, how long it takes, who and what it is spent on. One panel is one file in `panels`."""
