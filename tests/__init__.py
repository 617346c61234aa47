"""What the product must do, by what has to be running for it."""
