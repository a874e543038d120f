"""How children are told without a name: by their numbers in the class."""
