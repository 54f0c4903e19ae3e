"""Rules of the house that the linters do not bring along; for development only, never installed."""
