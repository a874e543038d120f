"""Campaigns: what an admin calls squads to report in a window of time."""
