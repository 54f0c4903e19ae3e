"""Voting: casting a vote, the visitor's own vote, and how the poll stands."""
