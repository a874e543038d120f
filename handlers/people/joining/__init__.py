"""How many come at once: codes for everybody who is missing, one code for a staff room."""
