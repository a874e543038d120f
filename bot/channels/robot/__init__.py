"""Robot."""
