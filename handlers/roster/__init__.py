"""The roster file: read it, plan what it changes, say so; pure functions, `storage` writes the plan."""

from handlers.roster.notes import Notes, Record
from handlers.roster.plan import anchored, leaving, odd, plan, preview, problems
from handlers.roster.sheet import Line, Sheet, names_of, read_pages, unreadable
from handlers.roster.text_file import read_csv
from handlers.roster.workbook import Row, workbook

__all__ = [
    "Line", "Notes", "Record", "Row", "Sheet", "anchored", "leaving", "names_of", "odd", "plan", "preview", "problems",
    "read_csv", "read_pages", "unreadable", "workbook",
]  # fmt: skip
