"""Floor 2: two traces laid beside each other, and where their difference comes from."""
