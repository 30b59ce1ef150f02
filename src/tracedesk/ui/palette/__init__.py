"""Command palette and key sheet, over a scrim."""
