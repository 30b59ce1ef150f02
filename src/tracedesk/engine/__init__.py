"""Floor 6: the headless process put together, and the client that finds or starts it."""
