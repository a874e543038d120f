"""The way of one message: clean it, tell what kind it is, and have it read by the module of that kind."""

from dataclasses import replace

from handlers.reading.messages import tasks
from handlers.reading.messages.attendance import read_attendance
from handlers.reading.messages.commands import read_command
from handlers.reading.model import Context, Reading
from handlers.reading.nominations.medal_messages import read_medals
from handlers.reading.nominations.requests import NOMINATES
from handlers.reading.nominations.signs import may_be_medal
from handlers.reading.persons.findings import Secrets
from handlers.reading.persons.names import is_name
from handlers.reading.text import normalise

_TALK = frozenset({"chat", "question", "unknown"})
# What may stand beside a check-in and is answered besides.
_ASIDE = frozenset({"query", "question", "nomination_query", "zero", "excuse"})
_ASKING = frozenset("?吗没么谁哪怎咋啥什查看")
# 队课42人，报错了咋改？ reads like a correction.
_REPORTS = frozenset({"checkin", "correct", "cancel"})
_NUMBERS = frozenset({"PII_PHONE", "PII_ID"})
_MATTERS = frozenset({"PII_HEALTH", "PII_FAMILY"})


def read_message(text: str, context: Context) -> Reading:
    """Read one message; see the package for the result."""
    plain = normalise.clean(text)
    if not plain.text:
        return _nothing(plain)
    if "实到" in plain.text and "\n" in plain.text:
        plain = replace(plain, text=tasks.own_answer(plain.text))
    if any(word in plain.text for word in tasks.AS_MANY):
        plain = replace(plain, text=tasks.spelled_out(plain.text))
    order = read_command(plain.text, context)
    if order is not None:
        return order
    secrets = Secrets()
    reading = _of_one(plain, context, secrets)
    reading = _of_two(plain, reading, context, secrets) or reading
    return _with_private(reading, secrets, text)


def _of_one(plain: normalise.Clean, context: Context, secrets: Secrets) -> Reading:
    """A message about a medal, or else about attendance or nothing we know."""
    found = Secrets()
    reading = read_medals(plain, context, found) if may_be_medal(plain.text, context) else None
    if reading is None:
        found = Secrets()
        reading = read_attendance(plain, context, found)
    secrets.take(found)
    return reading


def _of_two(plain: normalise.Clean, whole: Reading, context: Context, secrets: Secrets) -> Reading | None:
    """The check-in of a message that also withdraws one or nominates somebody, with the other task in `more`."""
    if whole.intent in ("cancel", "correct", "checkin") and (parts := tasks.instead(plain.text)):
        new = _of_one(replace(plain, text=parts[1]), replace(context, existing=()), secrets)
        old = _of_one(replace(plain, text=parts[0]), context, secrets)
        if new.intent == "checkin" and new.records[0].activity and old.intent == "cancel":
            return replace(new, more=(old,))
    if whole.intent in ("nomination", "checkin") and (parts := tasks.apart(plain.text)):
        report, medal = _beside(plain, parts, context, secrets)
        if report.intent == "checkin" and report.records[0].attended is not None:
            # 队会40人 一星章启动仪式: nobody is named, and nothing is asked for.
            told = whole.intent == "checkin" and not (medal.nominations or NOMINATES.search(parts[1]))
            if medal.intent == "nomination" and not (told and medal.status == "clarify"):
                return replace(report, more=(medal,))
            return report if whole.intent == "nomination" and whole.status == "ignore" else None
    if whole.intent == "checkin" and tasks.chooses(plain.text):
        return replace(whole, more=(Reading("nomination", "clarify", ("NAME_MISSING",)),))
    if whole.intent in _ASIDE or (whole.intent in _REPORTS and not _ASKING.isdisjoint(plain.text)):
        return _with_aside(plain, whole, context, secrets)
    return None


def _with_aside(plain: normalise.Clean, whole: Reading, context: Context, secrets: Secrets) -> Reading | None:
    """三(1)队课41人,老师问三(2)报了没; 上周没有活动,这周队课43人: the check-in, and the rest in `more`."""
    for held, aside in tasks.halves(plain.text):
        other = _of_one(replace(plain, text=aside, media=0), replace(context, existing=()), secrets)
        if other.intent not in _ASIDE or (other.intent == "question" and (other.help is None or not tasks.asks(aside))):
            continue
        report = _of_one(replace(plain, text=held), context, secrets)
        told = report.intent == "checkin" and any(record.attended for record in report.records)
        if not told or (whole.intent == "checkin" and report.records != whole.records):
            continue
        if other.intent == "query" and tasks.of_this(aside):
            # 三(2)队课41人,报了没有: the report is what is asked about.
            named = _of_one(replace(plain, text=held), replace(context, bound_unit=None), secrets).records
            whose = all(record.unit for record in named)
            return Reading("chat", "ignore", claim="question", offered=report.records) if whose else None
        return report if tasks.takes_back(aside, held) else replace(report, more=(replace(other, words=aside),))
    return None


def _beside(
    plain: normalise.Clean, parts: tuple[str, str], context: Context, secrets: Secrets
) -> tuple[Reading, Reading]:
    """The check-in and the nomination of a message; a unit that only one of them names is both's."""
    report = _of_one(replace(plain, text=parts[0]), context, secrets)
    unit = next((record.unit for record in report.records if record.unit), None) or context.bound_unit
    medal = _of_one(replace(plain, text=parts[1], media=0), replace(context, bound_unit=unit), secrets)
    named = {each.unit for each in medal.nominations}
    if unit is None and len(named) == 1 and None not in named:
        report = _of_one(replace(plain, text=parts[0]), replace(context, bound_unit=named.pop()), secrets)
    return report, medal


def _nothing(plain: normalise.Clean) -> Reading:
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
    words = tuple(dict.fromkeys(secrets.words + (normalise.as_written(changed, raw) if changed else [])))
    # Said once in a place where it is recognised and once more where it is not: it stays out of both.
    records = tuple(replace(each, topic=_without(each.topic, words)) for each in reading.records)
    nominations = tuple(replace(each, reason=_without(each.reason, words)) for each in reading.nominations)
    more = tuple(_with_private(each, secrets, raw) for each in reading.more)
    issues = reading.issues + (_warnings(secrets) if reading.intent in _TALK else ())
    return replace(reading, private=words, records=records, nominations=nominations, issues=issues, more=more)


def _warnings(secrets: Secrets) -> tuple[str, ...]:
    """What of talk deserves a warning: numbers, and somebody's illness or family."""
    named = any(map(is_name, secrets.words))
    return tuple(issue for issue in secrets.issues if issue in _NUMBERS or (named and issue in _MATTERS))


def _without(text: str | None, words: tuple[str, ...]) -> str | None:
    while text and (found := next((word for word in words if word and word in text), None)):
        text = normalise.EMPTY_QUOTES.sub("", text.replace(found, "")).strip() or None
    return text
