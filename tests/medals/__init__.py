"""Medals: proposed, decided, shown."""
