"""Voters set aside and reinstated: asked for by a poll's brand, with reasons that all can read."""
