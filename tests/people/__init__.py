"""People: accounts, roles, deputies, hand-over."""
