"""A check-in that stands is put right, taken back or brought back: which one, what it becomes, how it is said."""
