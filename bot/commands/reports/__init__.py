"""Commands that print: figures, reminders, the audit log, how messages are read."""
