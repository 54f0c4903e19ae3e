"""The books: entries that are only ever added, and the balances that follow from them."""
