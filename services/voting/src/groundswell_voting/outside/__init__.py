"""Figures from outside: what ideas got elsewhere, entered by the brand, in no total of ours."""
