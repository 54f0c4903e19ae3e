"""Who did what to an idea or a comment, when and why; kept for ever and never changed."""
