"""Sign-in of participants by a mailed code."""
