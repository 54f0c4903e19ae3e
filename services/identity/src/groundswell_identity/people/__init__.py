"""People, their addresses, and their erasure."""
