"""What people and the brand say about an idea: comments, questions and opinions in threads."""
