"""Whether the books are right: recounted from their start and held against the rewards."""
