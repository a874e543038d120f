"""What is asked for at a time: reports that are due, cases that wait, posts that end."""
