"""Reports of a row: read, asked about, stored, changed, signed off."""
