"""The pages of the desk, one module with a PART each (see `ui/page.py`)."""
