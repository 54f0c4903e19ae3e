"""What happened, in words for those whom it concerns: told to each of them once."""
