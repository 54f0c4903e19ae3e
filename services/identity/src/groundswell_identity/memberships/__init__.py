"""Brands, who works for them, and their machine clients."""
