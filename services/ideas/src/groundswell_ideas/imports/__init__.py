"""Ideas that were collected elsewhere, taken in by the batch: each row once, by its reference."""
