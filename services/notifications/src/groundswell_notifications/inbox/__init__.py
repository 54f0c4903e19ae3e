"""A person's own messages, read on the site."""
