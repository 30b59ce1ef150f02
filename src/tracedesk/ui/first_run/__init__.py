"""The first-run page: where to send, what to paste, what arrived."""
