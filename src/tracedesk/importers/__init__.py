"""Files in: each format is one PART that recognises itself and yields batches; damage costs what is damaged, no more."""
