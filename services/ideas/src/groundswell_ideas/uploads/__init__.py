"""How people send files in: in pieces, or straight into the object storage."""
