"""All ideas of a contest in one file, as long as it may be."""
