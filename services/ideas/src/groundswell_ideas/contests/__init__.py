"""Contests of a brand: what they promise, the phases they go through, their vote."""
