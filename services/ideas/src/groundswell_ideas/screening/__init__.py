"""What automatic screening finds in texts and pictures, and what follows from it.

It knows nothing of ideas or comments: those who call it say what is to be looked at.
"""
