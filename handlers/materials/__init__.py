"""Annual reports and the superior's own forms, written from the figures of the catalogue."""
