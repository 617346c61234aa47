"""How a process runs: failures."""
