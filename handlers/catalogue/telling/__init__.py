"""What a message tells of a row: numbers with their measures, yes and no, choices."""
