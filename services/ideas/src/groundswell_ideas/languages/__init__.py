"""In which language a reader is answered."""
