"""SOQL: a grammar, a syntax tree, and its translation to SQL. What is not understood is refused with its place."""
