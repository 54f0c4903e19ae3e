"""Who may hand in an idea to a contest: guests, age and country, the pilot, the terms of entry."""
