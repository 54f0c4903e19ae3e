"""Reward plans, grants, the ledger."""
