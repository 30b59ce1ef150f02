"""The commands of the desk, one module per subject with a tuple PART (see `ui/command.py`)."""
