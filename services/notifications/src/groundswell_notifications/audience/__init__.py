"""Whom there is to tell: who takes part in a contest or follows it, and who wants which mails."""
