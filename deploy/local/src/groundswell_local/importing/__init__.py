"""`groundswell import ideas`: a CSV file and its pictures, sent in over public HTTP."""
