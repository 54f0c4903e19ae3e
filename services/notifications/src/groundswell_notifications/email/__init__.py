"""The mails that bring messages: sent through SMTP to an address that is asked for each time."""
