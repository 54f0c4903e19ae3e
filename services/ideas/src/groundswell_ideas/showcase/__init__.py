"""What the public sees of an idea: its timeline, its share card, and how people came to it."""
