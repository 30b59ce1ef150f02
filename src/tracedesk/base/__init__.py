"""Floor 0: errors, time, ids, money, paths, the registry of parts. Standard library (and platformdirs) only."""
