"""What a contest promises, and asks for: all that a draft may set and opening freezes."""
