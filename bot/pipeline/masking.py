"""What must not be kept is taken out of a message before it is kept, or said where no child may be named."""

import re
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from handlers.kit import Message
from handlers.privacy.door import Door
from handlers.reading import Context, read
from storage.organisation import units
from storage.people import people

# Where even the reading fails: telephone and identity numbers at least.
_LONG_NUMBER = re.compile(r"\d{6,}")


def private_words(text: str, today: date) -> tuple[str, ...]:
    """The words of a message that are nobody's business: numbers, names of absent children, illnesses."""
    try:
        return read(text, Context(received=today)).private
    except Exception:
        # The message is being kept because something failed; that may be the reading.
        return tuple(_LONG_NUMBER.findall(text))


def masked(text: str, words: tuple[str, ...]) -> str:
    """The text with these words starred out."""
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "*" * len(word))
    return text


def without_private(message: Message, words: tuple[str, ...]) -> Message:
    """The message with these words starred out of what was said."""
    return replace(message, text=masked(message.text, words)) if words else message


def door(db: Connection, *heard: str) -> Door:
    """The door for what was said or stands in a file; the names of colleagues and of units pass it."""
    found = Door(lambda name: bool(people.named(db, name) or units.is_spoken_of(db, name)))
    found.hear(heard)
    return found
