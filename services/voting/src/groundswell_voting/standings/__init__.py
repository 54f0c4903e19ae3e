"""Standings: how a poll stands while it runs, and as it was certified afterwards."""
