"""Commands about units, people and roles."""
