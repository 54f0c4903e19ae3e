"""What a person reads of their rewards: balances, entries and rewards on one page."""
