"""Ballot passes: who may vote in a poll, under which pseudonym, for how long."""
