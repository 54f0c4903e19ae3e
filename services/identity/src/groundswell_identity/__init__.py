"""People, sign-in, tokens, memberships."""
