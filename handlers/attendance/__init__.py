"""A check-in on its way: the campaign it answers, what is attached to it, how it is said."""
