"""Ideas as the ideas service tells them: read alone and in lists, with their pictures."""
