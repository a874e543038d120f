"""What a message does with what it says: states it, plans it, asks, denies, wishes, gives an example."""
