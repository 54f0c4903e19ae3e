"""From a win over the offer of its reward to the winner's answer and what is booked for it."""
