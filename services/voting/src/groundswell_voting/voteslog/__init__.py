"""The votes log: its records, which partition a vote belongs to, how it is read."""
