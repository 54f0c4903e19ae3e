"""Files that people send in with an idea, handed to the ideas service in pieces."""
