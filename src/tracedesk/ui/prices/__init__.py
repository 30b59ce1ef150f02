"""The prices page: what has no price, one click from giving it one; the prices set by the user; the trace on another model."""
