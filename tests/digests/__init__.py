"""Digests, who is missing, nudges, and what groups get."""
