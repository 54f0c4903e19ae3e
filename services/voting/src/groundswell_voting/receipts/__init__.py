"""Receipts: what became of a vote, told to its voter."""
