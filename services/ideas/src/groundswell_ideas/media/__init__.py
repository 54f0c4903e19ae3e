"""Pictures, videos and documents that were sent in; what uses them is told from outside."""
