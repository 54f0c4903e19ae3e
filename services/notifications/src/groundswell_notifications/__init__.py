"""The notifications service: audience, messages, the inbox and the mails."""
