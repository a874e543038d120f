"""What of a message answers something that the bot has said: a question, a letter, a card, a button."""
