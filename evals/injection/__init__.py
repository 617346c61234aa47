"""How often suspected injection is found, and how often wrongly. Touch this when a set or a family is added."""
