"""The way of one message: clean it, tell what kind it is, and have it read by the module of that kind."""

from dataclasses import replace

from handlers.reading.messages.attendance import read_attendance
from handlers.reading.messages.commands import read_command
from handlers.reading.messages.medal_messages import may_be_medal, read_medals
from handlers.reading.model import Context, Reading
from handlers.reading.persons.hidden import Secrets
from handlers.reading.persons.names import is_name
from handlers.reading.text.normalise import Clean, as_written, clean

_TALK = frozenset({"chat", "question", "unknown"})
_NUMBERS = frozenset({"PII_PHONE", "PII_ID"})
_MATTERS = frozenset({"PII_HEALTH", "PII_FAMILY"})


def read_message(text: str, context: Context) -> Reading:
    """Read one message; see the package for the result."""
    plain = clean(text)
    if not plain.text:
        return _nothing(plain)
    order = read_command(plain.text, context)
    if order is not None:
        return order
    secrets = Secrets()
    reading = read_medals(plain, context, secrets) if may_be_medal(plain.text, context) else None
    if reading is None:
        secrets = Secrets()
        reading = read_attendance(plain, context, secrets)
    return _with_private(reading, secrets, text)


def _nothing(plain: Clean) -> Reading:
    """Only pictures, only faces, or nothing at all."""
    if plain.media:
        return Reading("unknown", "clarify", ("MEDIA_ONLY",))
    if plain.faces:
        return Reading("chat", "ignore")
    return Reading("unknown", "clarify", ("EMPTY",))


def _with_private(reading: Reading, secrets: Secrets, raw: str) -> Reading:
    """Add the personal data found, as normalised and as written."""
    if not secrets.words:
        return reading
    changed = [word for word in secrets.words if word not in raw]
    words = tuple(dict.fromkeys(secrets.words + (as_written(changed, raw) if changed else [])))
    # Said once in a place where it is recognised and once more where it is not: it stays out of both.
    records = tuple(replace(each, topic=_without(each.topic, words)) for each in reading.records)
    nominations = tuple(replace(each, reason=_without(each.reason, words)) for each in reading.nominations)
    issues = reading.issues + (_warnings(secrets) if reading.intent in _TALK else ())
    return replace(reading, private=words, records=records, nominations=nominations, issues=issues)


def _warnings(secrets: Secrets) -> tuple[str, ...]:
    """What of talk deserves a warning: numbers, and somebody's illness or family."""
    named = any(map(is_name, secrets.words))
    return tuple(issue for issue in secrets.issues if issue in _NUMBERS or (named and issue in _MATTERS))


def _without(text: str | None, words: tuple[str, ...]) -> str | None:
    while text and (found := next((word for word in words if word and word in text), None)):
        text = text.replace(found, "").strip() or None
    return text
