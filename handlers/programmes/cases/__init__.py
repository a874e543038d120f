"""Cases of the rows with a chain: opened, worked on, listed, changed."""
