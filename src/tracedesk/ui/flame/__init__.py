"""The flame graph: a painted widget over `scene.flame`."""
