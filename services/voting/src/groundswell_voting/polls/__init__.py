"""Polls: one round of voting of one contest, from its plan to its retirement."""
