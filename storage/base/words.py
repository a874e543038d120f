"""Free words that may lie open in the database: only what has passed handlers/privacy/gate.py is of this type."""

from typing import NewType

Cleared = NewType("Cleared", str)
