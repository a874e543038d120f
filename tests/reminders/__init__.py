"""Key dates and when they are said."""
