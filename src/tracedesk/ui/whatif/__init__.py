"""The what-if page: toggles that redraw the trace, what they do to it in figures and words, and a guess before."""
