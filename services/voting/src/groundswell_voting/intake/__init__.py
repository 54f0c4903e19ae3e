"""The ballot box: takes votes, appends them to the log and answers when the log has them."""
