"""What a person was told: messages to read, and the way out of mails."""
