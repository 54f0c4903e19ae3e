"""Amendments that polls could not take any more: what becomes of them, and who is told."""
