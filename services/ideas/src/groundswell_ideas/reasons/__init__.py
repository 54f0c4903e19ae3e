"""The catalogue of reasons: what editors give when they decide, and people when they report."""
