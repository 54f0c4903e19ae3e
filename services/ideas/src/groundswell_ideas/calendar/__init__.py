"""Moments on the clocks of a place, and what is due at them."""
