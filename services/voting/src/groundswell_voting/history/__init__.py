"""History: how the votes of a poll came in, interval by interval."""
