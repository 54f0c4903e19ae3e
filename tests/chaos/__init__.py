"""Chaos: votes cast while everything is killed, paused and set back; then a check of all of it.

`make chaos` runs it, `make chaos-check` shows that it finds what a missing safeguard would do.
"""
