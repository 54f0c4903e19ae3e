"""Ideas that participants hand in to a contest."""
