"""Reports of the catalogue: told, expected, looked at, signed off."""
