"""A whole year of a made-up district."""
