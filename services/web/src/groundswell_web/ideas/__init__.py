"""The page of an idea: what it is, what became of it, and what people say about it."""
