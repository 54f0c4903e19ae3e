"""How much waits to be done, and for how long: figures for operators."""
