"""The queue: ideas and comments that wait for a person to look at them, and who does."""
