"""What whoever nominated does with their own nominations."""
