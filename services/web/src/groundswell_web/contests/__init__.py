"""Contests as everybody sees them: what they are, their ideas, and how they were decided."""
