"""What must never happen, tried by generated tests: rights, names, keys, limits."""
