"""Ideas that come on open ballots, leave them, or go on in others on them, as ideas change."""
