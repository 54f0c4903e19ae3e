"""Certification: a poll's tally recounted, compared with the live count, and published."""
