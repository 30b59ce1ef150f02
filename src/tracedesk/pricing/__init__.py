"""Floor 2: what a call cost, in nano-dollars, or the reason why nobody knows."""
