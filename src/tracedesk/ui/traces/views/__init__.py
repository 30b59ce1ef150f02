"""The views of an open trace, one module with a PART each (see `ui/traces/view.py`)."""
