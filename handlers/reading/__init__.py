"""Text of a chat message -> typed reading: pure functions, no database, no clock, no input or output."""

from handlers.reading.model import Context, Existing, Nomination, Reading, Record
from handlers.reading.nominations.named import persons_in
from handlers.reading.persons.names import is_name
from handlers.reading.reader import read
from handlers.reading.text.patterns import compile_all

__all__ = [
    "Context", "Existing", "Nomination", "Reading", "Record", "compile_all", "is_name",
    "persons_in", "read",
]  # fmt: skip
