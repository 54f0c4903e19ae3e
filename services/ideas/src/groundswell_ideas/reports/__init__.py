"""What the public says is wrong with ideas and comments that everybody sees."""
