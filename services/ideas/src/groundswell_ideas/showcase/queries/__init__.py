"""What can be read of an idea's life and of its sharing, and by whom."""
