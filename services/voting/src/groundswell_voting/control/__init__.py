"""Control of polls: the state machine that opens, closes, seals and retires them in the log."""
