"""The digest of a month, term, year or any other days: its figures and its words."""
