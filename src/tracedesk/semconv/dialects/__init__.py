"""One PART per dialect of LLM span. `base.registry` finds them; there is no list to edit."""
