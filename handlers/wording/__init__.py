"""How things are written for people: days, places, numbers, names, answers."""
