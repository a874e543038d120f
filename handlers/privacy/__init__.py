"""What is personal in the words of a message: names, illnesses, families, numbers; the door and the gate for them."""
