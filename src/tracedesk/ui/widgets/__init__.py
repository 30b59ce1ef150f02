"""Small widgets that every screen uses. They take their colours at paint time, so a theme switch needs no wiring."""
