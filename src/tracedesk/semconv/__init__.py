"""Floor 2: many dialects of LLM spans, one meaning. `read.read` and `read.hot` are the doors; `dialects/` the knowledge."""
