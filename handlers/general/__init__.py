"""Help, and what is said to a text that asks for nothing known."""
