"""Each module with a PART here finds one kind of private text."""
