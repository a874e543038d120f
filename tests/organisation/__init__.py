"""The tree of units: rosters, changes, promotion."""
