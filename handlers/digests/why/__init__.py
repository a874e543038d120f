"""What a figure of a digest is made of."""
