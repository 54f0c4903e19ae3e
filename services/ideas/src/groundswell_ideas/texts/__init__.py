"""What may be kept of the text that people type, whatever it is about."""
