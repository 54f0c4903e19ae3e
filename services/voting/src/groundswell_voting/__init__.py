"""The voting service: polls, passes, the votes log, its count, standings and certified tallies."""
