"""Badges that a school or committee has beside those of the whole country."""
