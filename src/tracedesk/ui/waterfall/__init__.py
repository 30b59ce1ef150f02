"""The waterfall: a painted widget over `scene`, and the small widgets around it."""
