"""The count: the rules, the fold over the log, its projection in Redis, and the counter process."""
