"""Persons in a text: whose names they are, and what of them must not be kept."""
