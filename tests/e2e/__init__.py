"""The whole stack as its user runs it: real processes, a real Temporal server, real kills."""
