"""The ideas service: contests, submissions, moderation and the selection of winners."""
