"""Changes of a contest's polls while people vote, each with a reason that everybody can read."""
