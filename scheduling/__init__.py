"""Time: the calendar, the rows that reminders are, and the tick."""
