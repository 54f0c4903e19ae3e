"""The fields that a brand asks for with an idea."""
