"""Handing in: the form of a contest with the fields that its brand asks for, drafts, changes."""
