"""The pages and the API where people decide."""
