"""What becomes of all that is kept of somebody who is erased."""
