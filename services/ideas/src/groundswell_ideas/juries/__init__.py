"""Juries: who scores the ideas of a contest, in which rounds, and what the scores come to."""
