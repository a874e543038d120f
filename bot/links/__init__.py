"""What opens from outside for whoever has a link."""
