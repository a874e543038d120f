"""The roster file: read it, plan what it changes, say so; pure functions, `storage.roster` writes the plan."""

from handlers.roster.plan import plan, preview
from handlers.roster.roles import fits, place_of
from handlers.roster.sheet import Line, Notes, Sheet, names_of, read_csv, read_table, roots

__all__ = [
    "Line", "Notes", "Sheet", "fits", "names_of", "place_of", "plan", "preview", "read_csv", "read_table", "roots",
]  # fmt: skip
