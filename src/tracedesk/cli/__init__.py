"""Floor 8: the verbs for people and scripts at a prompt. The contract of each is in its file's docstring."""
