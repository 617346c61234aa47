"""Activities over real databases and real keys: what a step leaves behind, and what its repetition does."""
