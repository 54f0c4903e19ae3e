"""What a person has won: offers to accept or decline, and the statement of what was booked."""
