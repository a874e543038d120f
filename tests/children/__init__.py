"""Children's data: consent, guardians' requests, leaks, the yearly audit."""
