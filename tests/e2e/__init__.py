"""Pages in a real browser; a package, so that its installation ends with its last test."""
