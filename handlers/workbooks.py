"""What all workbooks that we make have in common."""

from typing import Any

# Cells are text or numbers as given: nothing that somebody wrote can become a formula or a link.
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# Where the columns' names stand: below the line that says who has exported it and when.
HEAD = 1


def mark(sheet: Any, words: str) -> None:
    """Say who has exported a sheet and when: in its first line, and at the foot of each page that is printed."""
    sheet.write_string(0, 0, words)
    foot(sheet, words)


def foot(sheet: Any, words: str) -> None:
    """The same for a sheet whose first line is its head."""
    # What an earlier version has been asked for comes without; in a footer an ampersand would begin a code.
    sheet.set_footer(words and f"&L{words.replace('&', '&&')}")
