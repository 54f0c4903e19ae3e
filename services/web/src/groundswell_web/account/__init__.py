"""A person's own account: how they are called, which mails they want, and the end of it."""
