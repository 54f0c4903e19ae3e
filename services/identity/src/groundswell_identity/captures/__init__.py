"""People whom staff meet in person: an address at a stall becomes somebody's id, on record."""
