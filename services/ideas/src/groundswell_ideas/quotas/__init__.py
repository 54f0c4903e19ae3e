"""How often somebody may do something that costs others their time."""
