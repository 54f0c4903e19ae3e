"""The polls of a contest: what each counts by, what is on its ballot, when it closes."""
