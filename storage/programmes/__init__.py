"""Reports of the catalogue's rows: kept, added up, expected, signed off."""
