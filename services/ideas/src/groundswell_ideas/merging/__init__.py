"""Ideas that say the same go on as one; who had them, and what led there, is kept."""
