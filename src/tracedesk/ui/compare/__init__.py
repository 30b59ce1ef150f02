"""The compare page: two traces beside each other, where their difference comes from, and what was said otherwise."""
