"""The electorate: who stands on the electoral roll of a poll, and who may vote in it."""
