"""Ladders: steps of support that the ideas of a poll have to reach by deadlines."""
