"""The work with the winners, step by step, until what they won for is there."""
