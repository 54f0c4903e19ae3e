"""Decisions of editors on ideas and comments, and the queue in which these wait."""
