"""What is said first on a Monday, and the thanks that follow."""
