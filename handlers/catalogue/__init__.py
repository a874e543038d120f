"""What the bot knows beforehand: tables that schools may extend."""
