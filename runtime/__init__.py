"""How a process runs: settings, Temporal client, codec, metrics and logging."""
