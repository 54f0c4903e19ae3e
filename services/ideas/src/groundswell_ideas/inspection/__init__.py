"""What becomes of a file that was sent in: looked at, opened apart from all else, tidied up."""
