"""The keys that sign access tokens: made, published, used and dropped in time."""
