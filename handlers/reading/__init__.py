"""Text of a chat message -> typed reading: pure functions, no database, no clock, no input or output."""

from handlers.reading.model import Context, Existing, Nomination, Quota, Reading, Record

__all__ = ["Context", "Existing", "Nomination", "Quota", "Reading", "Record", "read"]


def read(text: str, context: Context) -> Reading:
    """Say what `text` asks for. Never raises, whatever the text."""
    return Reading("unknown", "clarify", ("UNRECOGNISED",))
