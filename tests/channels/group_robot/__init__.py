"""Group robot."""
