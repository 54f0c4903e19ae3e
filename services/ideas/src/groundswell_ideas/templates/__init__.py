"""Programmes that a brand can take, adjust within their rules, and open; each is a data file."""
