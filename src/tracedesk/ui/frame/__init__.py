"""The frame around every page: top bar, rail, status bar."""
