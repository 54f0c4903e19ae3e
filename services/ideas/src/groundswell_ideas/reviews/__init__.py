"""Reviews of ideas that reached the last step of their ladder, in windows of the calendar."""
