"""The topic of a check-in: which words it is made of, and which are no topic."""
