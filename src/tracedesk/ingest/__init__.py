"""Floor 4: from decoded spans to committed rows, one writer, never more in memory than allowed."""
