"""What the bot can do: one file is one feature."""
