"""What becomes of winners: they take the win, decline it, or are not verified."""
