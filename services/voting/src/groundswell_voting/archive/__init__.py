"""The archive: every record of the votes log in MongoDB, and the process that brings it there."""
