"""What authors have to say against a decision; they may ask for one more look."""
