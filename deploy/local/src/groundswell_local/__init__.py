"""Groundswell on one machine: engines, supervisor, tokens, doctor and the ship-naming contest."""
