"""Rosters: who or what holds a place, from when to when."""
