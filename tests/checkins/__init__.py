"""Check-ins: reported, corrected, joined to events, read again."""
