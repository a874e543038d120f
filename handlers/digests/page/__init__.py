"""A digest as a web page for one person: read-only, counts only."""
