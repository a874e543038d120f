"""Backups: made while the bot runs, checked by being restored, put back."""
