"""The ship-naming contest of 2016, run through the public HTTP of a Groundswell on this machine."""
