"""What an idea shows of itself. Pure; called by the queries and commands."""
