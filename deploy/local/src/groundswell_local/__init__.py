"""Groundswell on one machine: engines, supervisor, tokens, the doctor and the ship-naming contest."""
