"""Ideas that come on open ballots by themselves, where people hand in while others vote."""
