"""What contests promise their winners, as they were published."""
