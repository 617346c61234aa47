"""How often the grounding checker is right. Touch this when a set is added or the checker's rules change."""
