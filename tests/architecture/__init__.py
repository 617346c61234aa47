"""The shape of the project: who may import whom, what is shipped, what is committed."""
