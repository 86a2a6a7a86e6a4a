"""Practice obligations: their clock, their monitor, breach, claw-back and recovery."""
