"""The numbers of a message: what each measures, whose it is, how exact, and what it counts."""
