"""Messages about nominations: proposed, exchanged, taken back, asked about; or about something else after all."""
