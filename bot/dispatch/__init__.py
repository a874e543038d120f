"""Understand → permit → call: from one message to the replies of one feature."""
