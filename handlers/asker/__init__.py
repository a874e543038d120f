"""Who asks: their schools, and how their words are read."""
