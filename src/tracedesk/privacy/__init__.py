"""Floor 2: keys. Knows no span and no file format."""
