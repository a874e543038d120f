"""The calendar of somebody: a month, its file and picture, and the days of the school year."""
