"""How the scoring rules treat different leads. Touch this when a group should be looked at that is not yet."""
