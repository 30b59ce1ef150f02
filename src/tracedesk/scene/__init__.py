"""Floor 4: the picture of a trace as arrays of rectangles; knows no Qt."""
