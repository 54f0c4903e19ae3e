"""Access tokens and refresh tokens: issued, refreshed, revoked."""
